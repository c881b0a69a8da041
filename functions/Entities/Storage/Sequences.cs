using System.Net;
using System.Text;
using System.Text.Json;
using Crm.Platform.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Crm.Entities.Storage;

/// <summary>Numbers that increase and are never given twice, one document per tenant and sequence in the <c>keys</c> container.</summary>
public sealed class Sequences(CrmContainers containers, RequestCharge charge)
{
    private const string Scope = "sequence";

    /// <summary>The next number: 1, 2, 3 … A number that is not used is skipped.</summary>
    public async Task<long> NextAsync(string tenantId, string name, CancellationToken cancellation)
    {
        var partition = new PartitionKeyBuilder().Add(tenantId).Add(Scope).Add(name).Build();
        while (true)
        {
            using (var incremented = await containers.Keys.PatchItemStreamAsync(name, partition, [PatchOperation.Increment("/value", 1)], cancellationToken: cancellation))
            {
                charge.Add(incremented.Headers.RequestCharge);
                if (incremented.StatusCode != HttpStatusCode.NotFound)
                {
                    incremented.EnsureSuccessStatusCode();
                    return (await incremented.Content.ParseAsync(cancellation)).GetProperty("value").GetInt64();
                }
            }

            var first = JsonSerializer.Serialize(new { id = name, tenantId, scope = Scope, value = 1 });
            using var created = await containers.Keys.CreateItemStreamAsync(new MemoryStream(Encoding.UTF8.GetBytes(first)), partition, cancellationToken: cancellation);
            charge.Add(created.Headers.RequestCharge);
            if (created.StatusCode == HttpStatusCode.Conflict)
                continue;

            created.EnsureSuccessStatusCode();
            return 1;
        }
    }
}
