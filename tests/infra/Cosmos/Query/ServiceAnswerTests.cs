using System.Reflection;

namespace Crm.Local.Tests.Cosmos.Query;

/// <summary>
/// The service's own answers. The query planner that ships inside the SDK folds constants: whether it plans a scan for
/// <c>WHERE e</c>, <c>WHERE NOT (e)</c> and <c>WHERE IS_DEFINED(e)</c> tells the value of e.
/// </summary>
public sealed class ServiceAnswerTests
{
    private static readonly InMemoryItems Items = new InMemoryItems(["/id"]).Add("""{"id":"1"}""");

    public static TheoryData<string, string> Answers()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("service-answers.txt")!;
        using var reader = new StreamReader(stream);
        var answers = new TheoryData<string, string>();
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split('\t', 2);
            answers.Add(parts[1], parts[0]);
        }

        return answers;
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Value_OfAConstantExpression_IsThatOfTheService(string expression, string answer)
    {
        var value = Items.Page($"SELECT VALUE ({expression}) FROM c");
        Assert.Equal(answer, value.Length == 0 ? "undefined" : value);
    }
}
