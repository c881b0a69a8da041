using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Access;

/// <summary>A request to one function.</summary>
/// <param name="Path">With <c>{id}</c> where a record's id stands.</param>
internal sealed record FunctionRequest(string Function, string Method, string Path, JsonObject? Body = null)
{
    public Task<Answer> SendAsync(HttpClient client, string id) => client.SendAsync(Method, Path.Replace("{id}", id, StringComparison.Ordinal), Body, ("If-Match", "*"));
}

/// <summary>One request for each function there is: what tests over all functions run over.</summary>
internal static class FunctionRequests
{
    /// <summary>Functions on one record, by the collection of the record.</summary>
    public static IReadOnlyList<FunctionRequest> OnARecord(string collection) =>
    [
        new("EntitiesRead", "GET", $"/api/v1/{collection}/{{id}}"),
        new("EntitiesAccess", "GET", $"/api/v1/{collection}/{{id}}/access"),
        new("EntitiesPatch", "PATCH", $"/api/v1/{collection}/{{id}}", new JsonObject { ["tags"] = new JsonArray("seen") }),
        new("EntitiesReplace", "PUT", $"/api/v1/{collection}/{{id}}", []),
        new("EntitiesDelete", "DELETE", $"/api/v1/{collection}/{{id}}"),
    ];

    /// <summary>Functions on the past of one record.</summary>
    public static IReadOnlyList<FunctionRequest> OnHistory(string collection) =>
    [
        new("HistoryOfRecord", "GET", $"/api/v1/{collection}/{{id}}/history"),
        new("HistoryRevert", "POST", $"/api/v1/{collection}/{{id}}/revert", new JsonObject { ["toVersion"] = 1 }),
        new("HistoryRestore", "POST", $"/api/v1/{collection}/{{id}}/restore"),
        new("EntitiesRead", "GET", $"/api/v1/{collection}/{{id}}?asOf=2099-01-01T00:00:00Z"),
    ];

    public static IReadOnlyList<FunctionRequest> Actions { get; } =
    [
        new("LeadsConvert", "POST", "/api/v1/leads/{id}/convert", new JsonObject { ["account"] = new JsonObject { ["create"] = new JsonObject { ["name"] = "Converted" } } }),
        new("OpportunitiesReopen", "POST", "/api/v1/opportunities/{id}/reopen"),
        new("CasesReopen", "POST", "/api/v1/cases/{id}/reopen"),
        new("CampaignsCancel", "POST", "/api/v1/campaigns/{id}/cancel"),
        new("CampaignsLaunch", "POST", "/api/v1/campaigns/{id}/launch"),
        new("CampaignsPause", "POST", "/api/v1/campaigns/{id}/pause"),
        new("CampaignsResume", "POST", "/api/v1/campaigns/{id}/resume"),
        new("CampaignsUnschedule", "POST", "/api/v1/campaigns/{id}/unschedule"),
        new("CampaignsTest", "POST", "/api/v1/campaigns/{id}/test", new JsonObject { ["to"] = "ada@example.com" }),
        new("AuthInvite", "POST", "/auth/users/{id}/invitation"),
    ];

    /// <summary>Functions on the content of an attachment, which is reached as far as the record it is about.</summary>
    public static IReadOnlyList<FunctionRequest> OnFiles { get; } =
    [
        new("FilesUpload", "PUT", "/api/v1/attachments/{id}/content"),
        new("FilesDownload", "GET", "/api/v1/attachments/{id}/content"),
        new("FilesLink", "POST", "/api/v1/attachments/{id}/link"),
        new("FilesFollow", "GET", "/files/none"),
    ];

    /// <summary>Actions on orders and on what is in stock.</summary>
    public static IReadOnlyList<FunctionRequest> OnOrders { get; } =
    [
        new("OrdersSubmit", "POST", "/api/v1/orders/{id}/submit"),
        new("OrdersResubmit", "POST", "/api/v1/orders/{id}/resubmit"),
        new("OrdersReopen", "POST", "/api/v1/orders/{id}/reopen"),
        new("OrdersCancel", "POST", "/api/v1/orders/{id}/cancel", new JsonObject { ["reason"] = "none" }),
        new("OrdersShip", "POST", "/api/v1/orders/{id}/shipments"),
        new("OrdersPay", "POST", "/api/v1/orders/{id}/payments", new JsonObject { ["amount"] = 1 }),
        new("OrdersInvoice", "POST", "/api/v1/orders/{id}/invoice"),
        new("ShipmentsDeliver", "POST", "/api/v1/shipments/{id}/deliver"),
        new("ShipmentsFail", "POST", "/api/v1/shipments/{id}/fail", new JsonObject { ["reason"] = "none" }),
        new("ShipmentsReturn", "POST", "/api/v1/shipments/{id}/return", new JsonObject { ["reason"] = "none" }),
        new("PaymentsCapture", "POST", "/api/v1/payments/{id}/capture"),
        new("PaymentsFail", "POST", "/api/v1/payments/{id}/fail", new JsonObject { ["reason"] = "none" }),
        new("PaymentsRefund", "POST", "/api/v1/payments/{id}/refund", new JsonObject { ["reason"] = "none" }),
        new("InvoicesVoid", "POST", "/api/v1/invoices/{id}/void", new JsonObject { ["reason"] = "none" }),
        new("StockItemsMove", "POST", "/api/v1/stock-items/{id}/movements", new JsonObject { ["kind"] = "receipt", ["quantity"] = 1 }),
        new("StockItemsMovements", "GET", "/api/v1/stock-items/{id}/movements"),
    ];

    /// <summary>What is seen of a campaign beside its record.</summary>
    public static IReadOnlyList<FunctionRequest> OnCampaigns { get; } =
    [
        new("CampaignsEffect", "GET", "/api/v1/campaigns/{id}/effect"),
        new("CampaignsPreview", "GET", "/api/v1/campaigns/{id}/preview"),
        new("CampaignsRecipients", "GET", "/api/v1/campaigns/{id}/recipients"),
    ];

    /// <summary>Actions on webhooks, which nobody makes for somebody else.</summary>
    public static IReadOnlyList<FunctionRequest> OnWebhooks { get; } =
    [
        new("WebhooksPing", "POST", "/api/v1/webhooks/{id}/ping"),
        new("WebhooksDeliveries", "GET", "/api/v1/webhooks/{id}/deliveries"),
        new("WebhooksRotateSecret", "POST", "/api/v1/webhooks/{id}/rotate-secret"),
    ];

    /// <summary>Actions on inbound webhooks and their events.</summary>
    public static IReadOnlyList<FunctionRequest> OnInboundWebhooks { get; } =
    [
        new("InboundWebhooksEvents", "GET", "/api/v1/inbound-webhooks/{id}/events"),
        new("InboundWebhooksEvent", "GET", "/api/v1/inbound-webhooks/{id}/events/none"),
        new("InboundWebhooksReplay", "POST", "/api/v1/inbound-webhooks/{id}/events/none/replay"),
        new("InboundWebhooksReplayFailed", "POST", "/api/v1/inbound-webhooks/{id}/replay-failed"),
        new("InboundWebhooksRotateSecret", "POST", "/api/v1/inbound-webhooks/{id}/rotate-secret"),
    ];

    public static IReadOnlyList<FunctionRequest> Others { get; } =
    [
        new("EntitiesList", "GET", "/api/v1/leads"),
        new("EntitiesCreate", "POST", "/api/v1/leads", new JsonObject { ["lastName"] = "New" }),
        new("HistoryOfTenant", "GET", "/history/changes"),
        new("HistoryVerify", "GET", "/history/verify"),
        new("SchemasList", "GET", "/schemas"),
        new("SchemasRead", "GET", "/schemas/leads"),
        new("Health", "GET", "/health"),
        new("DocsDescription", "GET", "/openapi.json"),
        new("DocsPage", "GET", "/docs"),
        new("DocsScript", "GET", "/docs/scalar.js"),
        new("WebhooksReplay", "POST", "/api/v1/webhook-deliveries/none.none/replay"),
        new("HooksReceive", "POST", "/hooks/none.none", []),
        new("AuthToken", "POST", "/auth/token", new JsonObject { ["grant_type"] = "refresh_token", ["refresh_token"] = "none" }),
        new("AuthRevoke", "POST", "/auth/revoke", new JsonObject { ["token"] = "none" }),
        new("AuthPassword", "POST", "/auth/password", new JsonObject { ["currentPassword"] = "not this one", ["newPassword"] = "a longer password" }),
        new("AuthPasswordReset", "POST", "/auth/password/reset", new JsonObject { ["username"] = $"nobody-{Guid.NewGuid():N}" }),
        new("AuthPasswordSet", "POST", "/auth/password/set", new JsonObject { ["token"] = "none", ["newPassword"] = "a longer password" }),
        new("AuthTenants", "POST", "/auth/tenants", []),
        new("AuthTenantStatus", "PATCH", "/auth/tenants/nowhere", []),
    ];

    public static IEnumerable<FunctionRequest> All => [.. OnARecord("leads"), .. OnHistory("leads"), .. Actions, .. OnFiles, .. OnOrders, .. OnCampaigns, .. OnWebhooks, .. OnInboundWebhooks, .. Others];
}
