using System.Text.Json.Nodes;
using Crm.Access;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Access;

/// <summary>What each built-in role may do with records of others: create, read, update, delete.</summary>
[Collection(SharedApp.Name)]
public sealed class BuiltInRoleTests(CrmApp app)
{
    private static readonly string[] Roles = ["administrator", "manager", "sales", "marketing", "support", "readOnly"];

    /// <summary>Collections by line, roles by column in the order of <see cref="Roles"/>.</summary>
    private static readonly Dictionary<string, string[]> Table = new()
    {
        ["accounts"] = ["CRUD", "CRU", "CR", "R", "CRU", "R"],
        ["api-keys"] = ["CRUD", "", "", "", "", ""],
        ["campaigns"] = ["CRUD", "CRU", "R", "CRU", "", "R"],
        ["cases"] = ["CRUD", "CRU", "R", "", "CRU", "R"],
        ["contacts"] = ["CRUD", "CRU", "CR", "CRU", "CRU", "R"],
        ["inbound-webhooks"] = ["CRUD", "", "", "", "", ""],
        ["leads"] = ["CRUD", "CRU", "C", "CRU", "", "R"],
        ["orders"] = ["CRUD", "CRU", "C", "", "R", "R"],
        ["products"] = ["CRUD", "CRU", "R", "R", "R", "R"],
        ["roles"] = ["CRUD", "R", "", "", "", "R"],
        ["teams"] = ["CRUD", "R", "R", "R", "R", "R"],
        ["users"] = ["CRUD", "R", "R", "R", "R", "R"],
        ["webhooks"] = ["CRUD", "", "", "", "", ""],
    };

    public static TheoryData<string> Names => [.. Roles];

    [Fact]
    public void Table_HasEveryRole() => Assert.Equal(BuiltInRoles.All.Keys.Order(StringComparer.Ordinal), Roles.Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Names))]
    public async Task Role_MayWhatTheTableSays(string role)
    {
        using var client = await app.ClientForAsync(role);
        foreach (var (collection, columns) in Table)
        {
            var record = await app.CreateAsync(collection);
            var created = await client.SendAsync("POST", $"/api/v1/{collection}", await app.SampleAsync(collection));
            var read = await client.SendAsync("GET", record.Path());
            var updated = await client.SendAsync("PATCH", record.Path(), new JsonObject { ["tags"] = new JsonArray("seen") }, ("If-Match", "*"));
            var deleted = await client.SendAsync("DELETE", record.Path(), null, ("If-Match", "*"));

            var may = $"{Letter(created, 'C')}{Letter(read, 'R')}{Letter(updated, 'U')}{Letter(deleted, 'D')}";
            Assert.True(may == columns[Array.IndexOf(Roles, role)], $"{role} may '{may}' in {collection}.");
        }
    }

    /// <summary>What is refused for another reason was allowed.</summary>
    private static string Letter(Answer answer, char letter) => (int)answer.Status is 403 or 404 ? "" : letter.ToString();
}
