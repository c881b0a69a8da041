using System.Text.Json.Nodes;
using Crm.Platform;

namespace Crm.Entities.Writing;

/// <summary>Holds every write to the declared moves of the state fields.</summary>
internal static class Moves
{
    /// <summary>The first move that is not declared, or null.</summary>
    public static InvalidTransition? Refused(EntityType type, JsonObject? before, JsonObject after, string? action)
    {
        if (before is null)
            return null;

        foreach (var field in type.Fields.Values.Where(field => field.States is not null))
        {
            var (from, to) = (before[field.Name]?.ToString(), after[field.Name]?.ToString());
            if (from is not null && to is not null && !field.States!.Allows(from, to, action))
                return new InvalidTransition(field.Name, from, to, field.States.From(from), field.States.ActionsFrom(from));
        }

        return null;
    }
}
