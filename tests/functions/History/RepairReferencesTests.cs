using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.History;

/// <summary>A reference written at the very moment its target is deleted: each request had looked before the other had written.</summary>
public sealed class RepairReferencesTests(RepairReferencesTests.GatedApp app) : IClassFixture<RepairReferencesTests.GatedApp>
{
    /// <summary>Each with the collection it refers to: an optional reference, one that is set to null, a list of them, one to any of several collections.</summary>
    public static TheoryData<string, string, string> References => new()
    {
        { "widgets", "makerId", "accounts" },
        { "contacts", "reportsToId", "contacts" },
        { "contacts", "accounts[].accountId", "accounts" },
        { "accounts", "teamIds[]", "teams" },
        { "activities", "regarding", "partners" },
        { "accounts", "ownerId", "users" },
    };

    [Theory]
    [MemberData(nameof(References))]
    public async Task Reference_WrittenAfterItsTargetWasDeleted_IsTakenOut(string holder, string path, string collection)
    {
        var target = await app.CreateAsync(collection);
        var record = await app.CreateAsync(holder);
        var held = app.Hold(record);
        var writing = app.PatchAsync(record, Body(path, target));
        await held.Reached;
        (await app.DeleteAsync(target)).Expect(204);
        held.Release();
        (await writing).Expect(200);

        await ExpectRepairedAsync(record, path, target);
    }

    [Theory]
    [MemberData(nameof(References))]
    public async Task Reference_WrittenBeforeItsTargetWasDeleted_IsTakenOut(string holder, string path, string collection)
    {
        var target = await app.CreateAsync(collection);
        var record = await app.CreateAsync(holder);
        var held = app.Hold(target);
        var deleting = app.DeleteAsync(target);
        await held.Reached;
        (await app.PatchAsync(record, Body(path, target))).Expect(200);
        held.Release();
        (await deleting).Expect(204);

        await ExpectRepairedAsync(record, path, target);
    }

    [Fact]
    public async Task Holder_ThatGoesWithItsTarget_IsDeleted()
    {
        var account = await app.CreateAsync("accounts");
        var held = app.Hold(account);
        var deleting = app.DeleteAsync(account);
        await held.Reached;
        var attachment = await app.CreateAsync("attachments", ("regarding", new JsonObject { ["type"] = "accounts", ["id"] = account.Id() }));
        held.Release();
        (await deleting).Expect(204);

        await Eventually.GetAsync(() => app.ReadAsync(attachment), answer => answer.Status == System.Net.HttpStatusCode.NotFound, $"{attachment.Path()} to be deleted");
    }

    [Fact]
    public async Task Reference_ThatItsHolderCannotBeWithout_Stays()
    {
        var (first, second) = (await app.CreateAsync("products"), await app.CreateAsync("products"));
        var (item, witness) = (await app.CreateAsync("stock-items", ("productId", first.Id())), await app.CreateAsync("widgets"));
        var held = app.Hold(second);
        var deleting = app.DeleteAsync(second);
        await held.Reached;
        item = (await app.PostAsync("stock-items", new JsonObject { ["productId"] = second.Id() })).Expect(201).Json;
        held.Release();
        (await deleting).Expect(204);

        // What comes after it in the feed is repaired: so it has been looked at.
        var target = await app.CreateAsync("accounts");
        var holding = app.Hold(witness);
        var writing = app.PatchAsync(witness, Body("makerId", target));
        await holding.Reached;
        (await app.DeleteAsync(target)).Expect(204);
        holding.Release();
        (await writing).Expect(200);
        await ExpectRepairedAsync(witness, "makerId", target);

        Assert.Equal(second.Id(), (string?)(await app.ReadAsync(item)).Expect(200).Json["productId"]);
    }

    private static JsonObject Body(string path, JsonObject target) => path switch
    {
        "accounts[].accountId" => new JsonObject { ["accounts"] = new JsonArray(new JsonObject { ["accountId"] = target.Id() }) },
        "teamIds[]" => new JsonObject { ["teamIds"] = new JsonArray(target.Id()) },
        "regarding" => new JsonObject { ["regarding"] = new JsonObject { ["type"] = target["type"]!.DeepClone(), ["id"] = target.Id() } },
        _ => new JsonObject { [path] = target.Id() },
    };

    private async Task ExpectRepairedAsync(JsonObject record, string path, JsonObject target)
    {
        var repaired = await Eventually.GetAsync(
            async () => (await app.ReadAsync(record)).Expect(200).Json, present => !present.ToJsonString().Contains(target.Id(), StringComparison.Ordinal), $"{record.Path()} without its {path}");

        Assert.Equal(("system", "repair-references"), ((string?)repaired["updatedBy"]!["kind"], (string?)repaired["updatedBy"]!["id"]));
        var change = (await app.ChangesAsync(record))[^1];
        Assert.Equal(("unlink", "worker"), ((string?)change["action"], (string?)change["source"]));
    }

    /// <summary>Can hold a record's write after everything was checked and before the database has it.</summary>
    public sealed class GatedApp : CrmApp
    {
        private volatile HeldWrite? _held;

        internal HeldWrite Hold(JsonNode record) => _held = new HeldWrite(record.Id());

        protected override void Configure(FunctionsApplicationBuilder builder) =>
            builder.Services.PostConfigure<CosmosClientOptions>(options => options.CustomHandlers.Add(new Gate(this)));

        private sealed class Gate(GatedApp app) : RequestHandler
        {
            public override async Task<ResponseMessage> SendAsync(RequestMessage request, CancellationToken cancellationToken)
            {
                if (app._held is { } held && request.Headers["x-ms-cosmos-is-batch-request"] is not null && request.Headers["x-ms-documentdb-partitionkey"]?.Contains(held.RecordId, StringComparison.Ordinal) == true)
                    await held.PassAsync();
                return await base.SendAsync(request, cancellationToken);
            }
        }
    }

    internal sealed class HeldWrite(string recordId)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string RecordId => recordId;

        public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(60));

        public void Release() => _released.SetResult();

        public Task PassAsync()
        {
            _reached.TrySetResult();
            return _released.Task;
        }
    }
}
