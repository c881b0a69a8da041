using System.Text.Json.Nodes;

namespace Crm.Tests.Fixtures;

/// <summary>What every answer must be, said once.</summary>
internal static class Expectations
{
    /// <summary>The status, the headers of every answer, and a whole problem where it is an error.</summary>
    public static Answer Expect(this Answer answer, int status, string? code = null)
    {
        Assert.True((int)answer.Status == status, $"Expected {status}, not {(int)answer.Status}: {answer.Text}");
        Assert.Equal("2026-01-01", answer.Headers.GetValueOrDefault("Api-Version"));
        Assert.NotEmpty(answer.Headers["X-Request-Id"]);
        Assert.True(double.TryParse(answer.Headers["X-Request-Cost"], out var cost) && cost >= 0);
        if (status >= 400)
            answer.ExpectProblem();
        if (code is not null)
            Assert.Equal(code, answer.Code);
        return answer;
    }

    /// <summary>An error, whichever: the client's fault, and told as a problem.</summary>
    public static Answer ExpectRefusal(this Answer answer)
    {
        Assert.True((int)answer.Status is >= 400 and < 500, $"Expected a refusal, not {(int)answer.Status}: {answer.Text}");
        return answer.Expect((int)answer.Status);
    }

    /// <summary>Field errors, whole and in any order: <c>#/name required</c>.</summary>
    public static void ExpectErrors(this Answer answer, params IEnumerable<string> errors) =>
        Assert.Equal(errors.Order(StringComparer.Ordinal), answer.Errors.Order(StringComparer.Ordinal));

    public static void ExpectSame(JsonNode? expected, JsonNode? actual, string what) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"{what}: expected {expected?.ToJsonString() ?? "nothing"}, not {actual?.ToJsonString() ?? "nothing"}");

    /// <summary>The list has exactly these, by id, in any order.</summary>
    public static void ExpectIds(this Answer list, params IEnumerable<string> ids)
    {
        var found = list.Expect(200).Json["value"]!.AsArray().Select(row => row!.Id());
        Assert.True(ids.ToHashSet().SetEquals(found), $"{list.Url}: expected {string.Join(", ", ids)}, not {string.Join(", ", found)}");
    }

    private static void ExpectProblem(this Answer answer)
    {
        Assert.Equal("application/problem+json", answer.Headers["Content-Type"].Split(';')[0]);
        var problem = answer.Json;
        Assert.All(["type", "title", "code", "detail", "instance"], member => Assert.NotEqual("", problem[member]?.GetValue<string>() ?? ""));
        Assert.Equal((int)answer.Status, problem["status"]!.GetValue<int>());
        Assert.Equal(answer.Headers["X-Request-Id"], problem["requestId"]!.GetValue<string>());
    }
}
