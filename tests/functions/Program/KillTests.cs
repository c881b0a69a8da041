using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Program;

/// <summary>SIGKILL in the middle of writing, and what the next start finds.</summary>
[Collection(Sequential.Name)]
public sealed class KillTests : ProgramTests
{
    private const int Clients = 8;
    private static readonly ParallelOptions EightAtOnce = new() { MaxDegreeOfParallelism = Clients };

    [Fact]
    public Task Kill_WhileClientsWrite_LosesNothingAcknowledged() => KillAndCheckAsync(kills: 2, writes: 600);

    [Fact, Trait("Category", "Long")]
    public Task Kill_OverAndOver_LosesNothingAcknowledged() => KillAndCheckAsync(kills: 20, writes: 2_000);

    /// <param name="writes">At most so many before each kill; half of it on the average.</param>
    private async Task KillAndCheckAsync(int kills, int writes)
    {
        var seed = Random.Shared.Next();
        CrmProcess? crm = null;
        try
        {
            var random = new Random(seed);
            var writers = Enumerable.Range(1, Clients).Select(number => new Writer(number, new Random(random.Next()))).ToList();
            crm = await CrmProcess.StartAsync(Data);
            for (var kill = 0; kill < kills; kill++)
            {
                await WriteUntilKilledAsync(crm, writers, after: random.Next(20, writes));
                await crm.DisposeAsync();
                crm = await CrmProcess.StartAsync(Data);
                var stored = await CheckAsync(crm, [.. writers.SelectMany(writer => writer.Products)]);
                if (kill % 5 == 4 || kill == kills - 1)
                    await CheckHistoryAsync(crm, stored);
                await CheckUniqueValuesAsync(crm, writers);
            }
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Failed with seed {seed}: {failure.Message}", failure);
        }
        finally
        {
            if (crm is not null)
                await crm.DisposeAsync();
        }
    }

    /// <summary>The moment is a number of acknowledged writes: the other clients are then somewhere in the middle of theirs.</summary>
    private static async Task WriteUntilKilledAsync(CrmProcess crm, IReadOnlyList<Writer> writers, int after)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var acknowledged = 0;
        var writing = Task.WhenAll(writers.Select(writer => Task.Run(() => writer.RunAsync(crm.Client, () =>
        {
            if (Interlocked.Increment(ref acknowledged) == after)
                reached.SetResult();
        }))));
        await Task.WhenAny(reached.Task, writing);
        await crm.KillAsync();
        await writing;
        Assert.True(acknowledged >= after, $"The program ended by itself after {acknowledged} writes.\n{crm.Errors}");
    }

    private static async Task<Dictionary<string, StoredPartition>> CheckAsync(CrmProcess crm, IReadOnlyList<KnownProduct> products)
    {
        var stored = await crm.StoredAsync("products");
        await Parallel.ForEachAsync(products, EightAtOnce, async (known, _) =>
        {
            await CheckAcknowledgedAsync(crm, known);
            Assert.Equal(known.Version, stored[known.Id].Version);
        });

        foreach (var (id, partition) in stored)
            CheckWhole(id, partition);

        // Records whose creation was never answered are among these; they too are whole or not there.
        var listed = (await crm.ListAsync("products")).ToDictionary(record => (string)record["id"]!, record => (int)record["version"]!);
        var live = stored.Where(partition => partition.Value.Kind == "record").ToDictionary(partition => partition.Key, partition => partition.Value.Version);
        Assert.Equal(live.OrderBy(record => record.Key), listed.OrderBy(record => record.Key));
        return stored;
    }

    /// <summary>Once the feed has gone on, history has every change once and no other, and its chains hold.</summary>
    private static async Task CheckHistoryAsync(CrmProcess crm, Dictionary<string, StoredPartition> stored)
    {
        var changes = stored.SelectMany(partition => partition.Value.Changes.Select(change => ((partition.Key, change.Version), change.Hash))).ToDictionary();

        var entries = await Eventually.GetAsync(() => crm.HistoryAsync("products"), entries => entries.Count >= changes.Count, $"history of {changes.Count} changes");

        Assert.Equal(changes.OrderBy(change => change.Key), entries.OrderBy(entry => entry.Key));
        var verified = await crm.Client.GetFromJsonAsync<JsonObject>("/history/verify");
        Assert.True((bool?)verified!["valid"] == true, verified.ToJsonString());
    }

    /// <summary>The record is as last acknowledged, or as the one unanswered write would have made it. From here on, the client knows which.</summary>
    private static async Task CheckAcknowledgedAsync(CrmProcess crm, KnownProduct known)
    {
        using var response = await crm.Client.GetAsync($"/api/v1/products/{known.Id}");
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            Assert.True(known.State is null || known.UnansweredDelete, $"{known.Id} is lost");
            known.Version += known.UnansweredDelete ? 1 : 0;
            (known.State, known.UnansweredDelete) = (null, false);
            return;
        }

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var found = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.True(known.State is not null, $"{known.Id} is back from its deletion");
        if (known.UnansweredPatch is { } patch && (int?)found["version"] == known.Version + 1)
        {
            foreach (var (name, value) in patch)
                Assert.True(JsonNode.DeepEquals(value, found[name]), $"{known.Id} has half a patch: {found}");
            (known.State, known.Sku) = (found, (string)found["sku"]!);
            known.Version++;
        }

        Assert.True(JsonNode.DeepEquals(known.State, found), $"{known.Id} is {found} and was acknowledged as {known.State}");
        (known.UnansweredPatch, known.UnansweredDelete) = (null, false);
    }

    /// <summary>No half writes: the record and its changes, 1 to n without a gap, each bound to the one before.</summary>
    private static void CheckWhole(string id, StoredPartition partition)
    {
        Assert.Equal(Enumerable.Range(1, partition.Version), partition.Changes.Select(change => change.Version));
        Assert.Equal(["", .. partition.Changes.SkipLast(1).Select(change => change.Hash)], partition.Changes.Select(change => change.PrevHash));
        Assert.True(partition.Hash == partition.Changes[^1].Hash, $"{id} does not carry the hash of its last change");
    }

    /// <summary>What a record has, no other gets; what an acknowledged deletion gave back, the next may have.</summary>
    private static async Task CheckUniqueValuesAsync(CrmProcess crm, IReadOnlyList<Writer> writers)
    {
        var products = writers.SelectMany(writer => writer.Products).ToList();
        await Parallel.ForEachAsync(products.Where(product => product.State is not null).Take(50), EightAtOnce, async (known, cancellation) =>
        {
            using var refused = await crm.Client.PostAsJsonAsync("/api/v1/products", new { sku = known.Sku, name = "Second of its kind", listPrice = 1 }, cancellation);
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        });
        await Parallel.ForEachAsync(writers, EightAtOnce, async (writer, cancellation) =>
        {
            foreach (var gone in writer.Products.Where(product => product is { State: null, DeletionAnswered: true, Reused: false }).Take(5).ToList())
            {
                using var taken = await crm.Client.PostAsJsonAsync("/api/v1/products", new { sku = gone.Sku, name = "Successor", listPrice = 1 }, cancellation);
                var answer = await taken.Content.ReadFromJsonAsync<JsonObject>(cancellation);
                Assert.True(taken.StatusCode == HttpStatusCode.Created, $"{gone.Sku}: {answer}");
                gone.Reused = true;
                writer.Products.Add(new KnownProduct((string)answer!["id"]!) { State = answer, Version = 1, Sku = gone.Sku });
            }
        });
    }
}
