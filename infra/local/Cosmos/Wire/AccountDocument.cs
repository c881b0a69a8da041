namespace Crm.Local.Cosmos.Wire;

/// <summary>The account: one region, which is the address the request came to.</summary>
internal static class AccountDocument
{
    // A string holding JSON; without a member in it the SDK cannot query.
    private const string QueryEngine =
        """{"maxSqlQueryInputLength":262144,"maxJoinsPerSqlQuery":10,"maxLogicalAndPerSqlQuery":2000,"maxLogicalOrPerSqlQuery":2000,"maxUdfRefPerSqlQuery":10,"maxInExpressionItemsCount":16000,"sqlAllowTop":true,"sqlAllowSubQuery":true,"sqlAllowScalarSubQuery":true,"sqlAllowNonFiniteNumbers":false,"sqlAllowAggregateFunctions":true,"sqlAllowGroupByClause":true,"sqlAllowLike":true,"queryMaxInMemorySortDocumentCount":-500}""";

    public static WireResponse For(Uri endpoint) => Replies.Json(200, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("_self", "");
        writer.WriteString("id", endpoint.Host);
        writer.WriteString("_rid", endpoint.Host);
        writer.WriteString("media", "//media/");
        writer.WriteString("addresses", "//addresses/");
        writer.WriteString("_dbs", "//dbs/");
        foreach (var list in (string[])["writableLocations", "readableLocations"])
        {
            writer.WriteStartArray(list);
            writer.WriteStartObject();
            writer.WriteString("name", "Local");
            writer.WriteString("databaseAccountEndpoint", endpoint.AbsoluteUri);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        writer.WriteBoolean("enableMultipleWriteLocations", false);
        foreach (var policy in (string[])["userReplicationPolicy", "systemReplicationPolicy"])
        {
            writer.WriteStartObject(policy);
            writer.WriteNumber("minReplicaSetSize", 1);
            writer.WriteNumber("maxReplicasetSize", 1);
            writer.WriteBoolean("asyncReplication", false);
            writer.WriteEndObject();
        }

        // One writer and no replica: every read sees the latest write, so clients may ask for any level.
        writer.WriteStartObject("userConsistencyPolicy");
        writer.WriteString("defaultConsistencyLevel", "Strong");
        writer.WriteEndObject();
        writer.WriteStartObject("readPolicy");
        writer.WriteNumber("primaryReadCoefficient", 1);
        writer.WriteNumber("secondaryReadCoefficient", 1);
        writer.WriteEndObject();
        writer.WriteString("queryEngineConfiguration", QueryEngine);
        writer.WriteEndObject();
    });
}
