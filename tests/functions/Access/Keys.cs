using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Access;

internal static class Keys
{
    /// <summary>A new API key with a role and scopes; its whole text.</summary>
    public static async Task<string> NewKeyAsync(this CrmApp app, string role, params string[] scopes) => (string)(await app.NewKeyRecordAsync(role, scopes))["secret"]!;

    /// <summary>A new API key as its creation shows it.</summary>
    public static async Task<JsonObject> NewKeyRecordAsync(this CrmApp app, string role, params string[] scopes) => (await app.PostAsync("api-keys", new JsonObject
    {
        ["name"] = "Integration",
        ["roleId"] = role,
        ["scopes"] = new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]),
        ["expiresAt"] = "2099-01-01T00:00:00Z",
    })).Expect(201).Json;
}
