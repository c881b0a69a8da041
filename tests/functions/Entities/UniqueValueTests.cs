using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Platform;
using Crm.Platform.Cosmos;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Entities;

/// <summary>A unique value belongs to one live record of a tenant, whoever asks for it at the same time.</summary>
[Collection(SharedApp.Name)]
public sealed class UniqueValueTests(CrmApp app)
{
    [Fact]
    public async Task Create_OfOneValueManyTimesAtOnce_SucceedsOnce()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 12), async (_, _) =>
        {
            var body = Product();
            var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => app.PostAsync("products", body)));

            Assert.Single(answers, answer => (int)answer.Status == 201);
            Assert.All(answers.Where(answer => (int)answer.Status != 201), answer => Assert.Equal("sku", answer.Expect(409, "duplicate").Json["field"]!.GetValue<string>()));
        });
    }

    [Fact]
    public async Task Create_OfATakenValue_NamesFieldAndOwner()
    {
        var owner = await app.CreateAsync("products");
        var refused = (await app.PostAsync("products", Product(owner["sku"]!.GetValue<string>()))).Expect(409, "duplicate");

        Assert.Equal("sku", refused.Json["field"]!.GetValue<string>());
        Expectations.ExpectSame(new JsonArray(new JsonObject { ["id"] = owner.Id(), ["type"] = "products" }), refused.Json["matches"], "matches");
    }

    [Theory]
    [InlineData("Abc É ß {0}", "aBC é ß {0}")]
    [InlineData("abc def {0}", "  abc \t\u00a0 def   {0} ")]
    [InlineData("abc 1 {0}", "ａｂｃ　① {0}")]
    [InlineData("ﬁlter Å {0}", "filter A\u030a {0}")]
    public async Task Create_OfAValueThatPeopleReadAsTheSame_IsADuplicate(string first, string second)
    {
        var unique = Guid.NewGuid().ToString("N");
        (await app.PostAsync("products", Product(first.Replace("{0}", unique, StringComparison.Ordinal)))).Expect(201);

        (await app.PostAsync("products", Product(second.Replace("{0}", unique, StringComparison.Ordinal)))).Expect(409, "duplicate");
    }

    [Fact]
    public async Task Create_OfTextThatCannotBeNormalised_IsStillUnique()
    {
        var sku = CrmApp.Unique("\uFFFE\uFFFF\u0000");
        (await app.PostAsync("products", Product(sku))).Expect(201);

        (await app.PostAsync("products", Product(sku))).Expect(409, "duplicate");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\u00a0")]
    public async Task Create_WithAnEmptyText_TakesNoValueFromOthers(string empty)
    {
        var first = await app.CreateAsync("products", ("barcode", empty));
        var second = await app.CreateAsync("products", ("barcode", empty));

        Assert.Equal(empty, first["barcode"]!.GetValue<string>());
        (await app.PatchAsync(second, new JsonObject { ["barcode"] = CrmApp.Unique("4006381") })).Expect(200);
        (await app.PatchAsync(first, new JsonObject { ["barcode"] = null })).Expect(200);
    }

    [Fact]
    public async Task Create_OfExternalIds_IsUniqueByThePairAndPerType()
    {
        var id = Guid.NewGuid().ToString("N");
        var pair = new JsonObject { ["source"] = "erp", ["id"] = id };
        await app.CreateAsync("products", ("externalIds", new JsonArray(pair.DeepClone())));

        await app.CreateAsync("products", ("externalIds", new JsonArray(new JsonObject { ["source"] = "shop", ["id"] = id })));
        await app.CreateAsync("accounts", ("externalIds", new JsonArray(pair.DeepClone())));
        Assert.Equal("externalIds", (await app.PostAsync("products", Product(externalIds: pair))).Expect(409, "duplicate").Json["field"]!.GetValue<string>());
    }

    [Fact]
    public async Task Create_OfExternalIdsThatReadAlikeWhenJoined_AreTwo()
    {
        var id = Guid.NewGuid().ToString("N");

        (await app.PostAsync("products", Product(externalIds: new() { ["id"] = id + "\nx", ["source"] = "y" }))).Expect(201);
        (await app.PostAsync("products", Product(externalIds: new() { ["id"] = id, ["source"] = "x\ny" }))).Expect(201);
    }

    [Fact]
    public async Task Value_AfterItsRecordIsDeletedOrChanged_IsFree()
    {
        var (first, second) = (await app.CreateAsync("products"), await app.CreateAsync("products"));
        (await app.DeleteAsync(first)).Expect(204);
        (await app.PatchAsync(second, new JsonObject { ["sku"] = CrmApp.Unique("other") })).Expect(200);

        foreach (var freed in new[] { first, second })
            (await app.PostAsync("products", Product(freed["sku"]!.GetValue<string>()))).Expect(201);
    }

    [Fact]
    public async Task Value_OfARefusedCreate_IsFree()
    {
        var owner = await app.CreateAsync("products");
        var body = Product();
        (var barcode, body["barcode"]) = (CrmApp.Unique("free"), owner["barcode"]!.DeepClone());
        body["sku"] = barcode;
        (await app.PostAsync("products", body)).Expect(409, "duplicate");

        (await app.PostAsync("products", Product(barcode))).Expect(201);
    }

    [Fact]
    public async Task Record_MaySendItsOwnValueAgain()
    {
        var record = await app.CreateAsync("products");
        var sku = record["sku"]!.GetValue<string>();

        record = (await app.PatchAsync(record, new JsonObject { ["sku"] = sku.ToUpperInvariant() })).Expect(200).Json;
        Assert.Equal(sku.ToUpperInvariant(), record["sku"]!.GetValue<string>());
        record = (await app.ReplaceAsync(record, record)).Expect(200).Json;
        (await app.PostAsync("products", Product(sku))).Expect(409, "duplicate");
    }

    [Fact]
    public async Task Value_OfARecordUpdatedManyTimesAtOnce_StaysItsOwn()
    {
        var record = await app.CreateAsync("products");
        var skus = Enumerable.Range(0, 8).Select(_ => CrmApp.Unique("race")).ToList();
        await Task.WhenAll(skus.Select(sku => app.SendAsync("PATCH", record.Path(), new JsonObject { ["sku"] = sku }, ("If-Match", "*"))));

        var kept = (await app.ReadAsync(record)).Expect(200).Json["sku"]!.GetValue<string>();
        Assert.Contains(kept, skus);
        (await app.PostAsync("products", Product(kept))).Expect(409, "duplicate");
    }

    [Theory]
    [InlineData(61, 201)]
    [InlineData(30, 409)]
    public async Task Reservation_WhoseOwnerHasNoSuchValue_IsTakenOverWhenOldEnough(int seconds, int status)
    {
        var owner = await app.CreateAsync("products");
        var sku = CrmApp.Unique("left over");
        await ReserveAsync(sku, owner.Id(), TimeProvider.System.GetUtcNow().AddSeconds(-seconds));

        (await app.PostAsync("products", Product(sku))).Expect(status);
        (await app.PostAsync("products", Product(sku))).Expect(409, "duplicate");
    }

    [Fact]
    public async Task Reservation_OfARecordThatNeverCameToBe_IsTakenOverByOneOfMany()
    {
        var sku = CrmApp.Unique("never");
        await ReserveAsync(sku, Guid.CreateVersion7().ToString(), TimeProvider.System.GetUtcNow().AddHours(-1));
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => app.PostAsync("products", Product(sku))));

        Assert.Single(answers, answer => (int)answer.Status == 201);
        Assert.All(answers.Where(answer => (int)answer.Status != 201), answer => answer.Expect(409, "duplicate"));
    }

    private static JsonObject Product(string? sku = null, JsonObject? externalIds = null)
    {
        var product = new JsonObject { ["sku"] = sku ?? CrmApp.Unique("sku"), ["name"] = "Filter", ["listPrice"] = 1 };
        if (externalIds is not null)
            product["externalIds"] = new JsonArray(externalIds.DeepClone());
        return product;
    }

    /// <summary>As a write leaves it that reserved and got no further.</summary>
    private async Task ReserveAsync(string sku, string recordId, DateTimeOffset reservedAt)
    {
        var id = Ids.Digest(TextForms.Folded(sku));
        var reservation = new { id, tenantId = "default", scope = "products.sku", collection = "products", recordId, reservedAt };
        var partition = new PartitionKeyBuilder().Add("default").Add("products.sku").Add(id).Build();
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(reservation));
        using var response = await app.Services.GetRequiredService<CrmContainers>().Keys.CreateItemStreamAsync(body, partition);
        response.EnsureSuccessStatusCode();
    }
}
