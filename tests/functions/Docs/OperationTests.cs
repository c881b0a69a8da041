using System.Reflection;
using System.Text.RegularExpressions;
using Crm.Docs;
using Crm.Entities;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Tests.Access;
using Crm.Tests.Fixtures;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Tests.Docs;

/// <summary>The description leaves nothing out, says nothing more, and cannot be forgotten.</summary>
[Collection(SharedApp.Name)]
public sealed partial class OperationTests(CrmApp app)
{
    private static readonly EntityCatalog Catalog = new(EntityCatalog.BuiltIn);

    [Fact]
    public void Functions_SayWhatTheyTakeAndAnswer() => Assert.NotEmpty(ApiOperations.Of(typeof(CrmApplication).Assembly.GetTypes(), Catalog, CodeDocs.Of(typeof(CrmApplication).Assembly)));

    [Fact]
    public void Function_ThatSaysNothing_IsNamedWithWhatToAdd()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => ApiOperations.Of([typeof(Silent)], Catalog, CodeDocs.Of(typeof(CrmApplication).Assembly)));

        Assert.Contains("SaysNothing: [Operation(", refused.Message, StringComparison.Ordinal);
        Assert.Contains("[Answers(", refused.Message, StringComparison.Ordinal);
        Assert.Contains("/// <summary>", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Description_HasEveryRouteAndNothingElse()
    {
        var described = Paths().SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key} {path.Key}")).ToHashSet();
        var made = EntityCatalog.BuiltIn.Where(type => type.MadeBy is not null).Select(type => type.Collection).ToList();
        var declared = from method in typeof(CrmApplication).Assembly.GetTypes().SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                       let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(found => found is not null)
                       where trigger is not null
                       from verb in trigger.Methods!
                       from path in Expand(trigger.Route!, [.. Catalogued.Names, .. made])
                       where !(verb == "post" && made.Any(collection => path == Routes.CollectionPath(collection)))
                       select $"{verb} {path}";

        Assert.Equal(declared.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void OperationIds_AreUniqueNamesInCamelCase()
    {
        var ids = Paths().SelectMany(path => path.Value!.AsObject()).Select(operation => (string)operation.Value!["operationId"]!).ToList();

        Assert.Equal(ids.Count, ids.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(ids, id => Assert.Matches("^[a-z][A-Za-z0-9]+$", id));
        Assert.Superset(new HashSet<string> { "listContacts", "createOrder", "readLead", "replaceUser", "updateCase", "deleteNote", "submitOrder", "signIn" }, ids.ToHashSet());
    }

    [Fact]
    public void ProblemKinds_AreOneForEachError()
    {
        var errors = typeof(Error).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Error))).ToList();

        Assert.Equal(errors.Order(Comparer<Type>.Create((one, other) => string.CompareOrdinal(one.Name, other.Name))), ProblemKinds.All.Select(kind => kind.Error).Distinct().OrderBy(type => type.Name, StringComparer.Ordinal));
    }

    /// <summary>Those of parameters are held to the description wherever a test meets them.</summary>
    [Fact]
    public void ProblemCodes_InTheSources_AreAllDeclared()
    {
        var declared = ProblemKinds.All.SelectMany(kind => kind.Codes).ToHashSet();
        var used = Repository.Sources("functions").SelectMany(source => Code().Matches(source.Text)).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.NotEmpty(used);
        Assert.All(used, code => Assert.True(declared.Contains(code), $"Add '{code}' to its kind in Platform/Http/ProblemKinds.cs: clients decide by it."));
    }

    [Fact]
    public async Task QueryParameters_AreThoseTheFunctionsKnow()
    {
        var lead = await app.CreateAsync("leads");
        foreach (var request in FunctionRequests.All)
        {
            var path = request.Path.Replace("{id}", lead.Id(), StringComparison.Ordinal).Split('?')[0];
            var known = ApiContract.Shared.Parameters(request.Method, path).Where(parameter => (string)parameter["in"]! == "query").Select(parameter => (string)parameter["name"]!).ToList();

            // One that is known is refused for its value at most.
            foreach (var name in known)
                Assert.DoesNotContain($"{name} unknown-parameter", (await app.SendAsync(request.Method, $"{path}?{name}=%20", request.Body, ("If-Match", "*"))).Errors);
        }
    }

    private static System.Text.Json.Nodes.JsonObject Paths() => ApiContract.Shared.Document["paths"]!.AsObject();

    private static IEnumerable<string> Expand(string route, IReadOnlyList<string> collections)
    {
        var path = "/" + Constraint().Replace(route, "{$1}");
        return path.StartsWith("/api/v1/{entity}", StringComparison.Ordinal) ? collections.Select(name => path.Replace("{entity}", name, StringComparison.Ordinal)) : [path];
    }

    [GeneratedRegex(@"\{(\w+):regex\([^)]*\)\}")]
    private static partial Regex Constraint();

    [GeneratedRegex("new (?:BadRequest|Expired|TooMany)\\(\"([a-z-]+)\"")]
    private static partial Regex Code();

    private sealed class Silent
    {
        [Function("SaysNothing"), Public]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "silent")] HttpRequest request) => Results.Ok(request.Path);
    }
}
