using Crm.Platform;
using Crm.Platform.Auth;

namespace Crm.Entities.Expanding;

/// <summary>Reads the parameter <c>expand</c>: names of references, one step further with a slash, as in <c>account,owner,account/parentAccount</c>.</summary>
public sealed class ExpansionReader(EntityCatalog catalog)
{
    /// <summary>Records that are shown with those of one page.</summary>
    public const int MaxRecords = 200;

    private const string Parameter = "expand";
    private const int MaxDepth = 2;

    /// <param name="type">As the caller sees it.</param>
    /// <param name="pageSize">How many records are expanded.</param>
    internal IReadOnlyList<Expansion> Read(EntityType type, Caller caller, string text, int pageSize, List<ParameterError> errors)
    {
        var expansions = new List<Expansion>();
        var position = 0;
        foreach (var part in text.Split(','))
        {
            Add(expansions, type, caller, part.Trim(), position + part.Length - part.TrimStart().Length, errors);
            position += part.Length + 1;
        }

        var records = expansions.Sum(expansion => expansion.Records) * pageSize;
        if (records > MaxRecords)
            errors.Add(new ParameterError(Parameter, "out-of-range", $"would show {records} records with a page of {pageSize}; at most {MaxRecords} are: ask for fewer references, or for a maxpagesize of {Math.Max(1, MaxRecords * pageSize / records)}"));
        return expansions;
    }

    private void Add(List<Expansion> into, EntityType type, Caller caller, string path, int position, List<ParameterError> errors)
    {
        var steps = path.Split('/');
        if (steps.Length > MaxDepth)
        {
            errors.Add(new ParameterError(Parameter, "invalid-expand", $"'{path}' has more than {MaxDepth} steps", position));
            return;
        }

        for (var step = 0; step < steps.Length; step++)
        {
            var name = steps[step];
            if (into.Find(known => known.Name == name) is not { } expansion)
            {
                if (Expansion.Of(type).FirstOrDefault(known => known.Name == name).Field is not { } field)
                {
                    var known = string.Join(", ", Expansion.Of(type).Select(known => known.Name).Order(StringComparer.Ordinal));
                    errors.Add(new ParameterError(Parameter, "unknown-reference", $"'{name}' is no reference of {type.Collection} that can be expanded; those are {known}", position));
                    return;
                }

                into.Add(expansion = new Expansion(name, field, []));
            }

            position += name.Length + 1;
            if (step + 1 == steps.Length)
                return;
            if (expansion.IsLink)
            {
                errors.Add(new ParameterError(Parameter, "invalid-expand", $"'{name}' may be a record of several collections: nothing goes on from there", position));
                return;
            }

            (into, type) = (expansion.Inner, catalog.Get(expansion.Field.Reference!.Collections[0]).SeenBy(caller));
        }
    }
}
