using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Azure.Cosmos;
using Newtonsoft.Json;

namespace Crm.Local.Tests.Conformance;

/// <summary>
/// The service's own query planner, which ships as a native library inside the SDK's package. The SDK keeps it internal, so it is reached by
/// reflection; where it cannot be had, tests that need it are skipped for <see cref="Absence"/>.
/// </summary>
internal sealed partial class NativePlanner
{
    // What the account document of the service says of queries.
    private const string Configuration = """
        {"maxSqlQueryInputLength":262144,"maxJoinsPerSqlQuery":10,"maxLogicalAndPerSqlQuery":2000,"maxLogicalOrPerSqlQuery":2000,"maxUdfRefPerSqlQuery":10,
        "maxInExpressionItemsCount":16000,"sqlAllowTop":true,"sqlAllowSubQuery":true,"sqlAllowScalarSubQuery":true,"sqlAllowNonFiniteNumbers":false,
        "sqlAllowAggregateFunctions":true,"sqlAllowGroupByClause":true,"sqlAllowLike":true,"queryMaxInMemorySortDocumentCount":-500}
        """;

    private readonly object _provider;
    private readonly MethodInfo _plan;
    private readonly object _key;

    private NativePlanner()
    {
        var type = typeof(CosmosClient).Assembly.GetType("Microsoft.Azure.Cosmos.Query.Core.QueryPlan.QueryPartitionProvider", throwOnError: true)!;
        _plan = type.GetMethod("TryGetPartitionedQueryExecutionInfo") ?? throw new MissingMethodException(type.Name, "TryGetPartitionedQueryExecutionInfo");
        _provider = Activator.CreateInstance(type, JsonConvert.DeserializeObject<Dictionary<string, object>>(Configuration))!;
        _key = Activator.CreateInstance(_plan.GetParameters()[1].ParameterType)!;
        ((ICollection<string>)_key.GetType().GetProperty("Paths")!.GetValue(_key)!).Add("/id");
        // The library is loaded by the first question.
        Ask("SELECT * FROM c");
    }

    /// <summary>Null where it cannot be loaded.</summary>
    public static NativePlanner? Instance { get; } = Load();

    /// <summary>Why there is no <see cref="Instance"/>.</summary>
    public static string Absence { get; private set; } = "";

    /// <summary>The plan of a query, or the code it is refused with.</summary>
    public (JsonNode? Plan, string? Code) Ask(string query)
    {
        // Parameters need not have values to be planned. The flags are those of the client: an ORDER BY is to be rewritten, a continuation is
        // not expected, aggregates need no VALUE, the key is not known, COUNT over DISTINCT is not, and _rid is to be called so.
        var text = JsonConvert.SerializeObject(new { query, parameters = Array.Empty<object>() });
        object?[] arguments = [text, _key, null, true, false, true, false, false, false, false];
        var answer = _plan.Invoke(_provider, [.. arguments, .. _plan.GetParameters().Skip(arguments.Length).Select(parameter => Enum.ToObject(parameter.ParameterType, 0))])!;
        if ((bool)answer.GetType().GetProperty("Succeeded")!.GetValue(answer)!)
            return (JsonNode.Parse(JsonConvert.SerializeObject(answer.GetType().GetProperty("Result")!.GetValue(answer))), null);
        for (var failure = (Exception?)answer.GetType().GetProperty("Exception")!.GetValue(answer); failure is not null; failure = failure.InnerException)
        {
            if (failure.GetType().Name == "ExpectedQueryPartitionProviderException")
                return (null, CodePattern().Match(failure.Message) is { Success: true } match ? match.Groups[1].Value : failure.Message);
        }

        throw new InvalidOperationException($"The planner neither plans nor refuses {query}: {answer}");
    }

    private static NativePlanner? Load()
    {
        try
        {
            return new NativePlanner();
        }
        catch (Exception exception)
        {
            // Another platform, another version of the SDK.
            Absence = $"The SDK's query planner cannot be loaded: {exception.GetBaseException().Message}";
            return null;
        }
    }

    [GeneratedRegex("\"code\":\"?([A-Z]*[0-9]+)")]
    private static partial Regex CodePattern();
}
