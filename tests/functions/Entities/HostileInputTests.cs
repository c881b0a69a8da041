using System.Text;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>No input makes a 500: random bodies, from nearly right to nonsense, against every collection. A failure names its seed.</summary>
[Collection(SharedApp.Name)]
public sealed class HostileInputTests(CrmApp app)
{
    private static readonly string[] Texts =
    [
        "", " ", "\0", "\uFFFE\uFFFF", "\u202Eabc", "Å𝒜🚢\u0301", "'; DROP --", "\"\\/\b\f\n\r\t", "</script>", "null", "@me", "../../etc/passwd", "2026-02-30", "9999-12-31", "0001-01-01",
        "9999-12-31T23:59:59.9999999+14:00", "0001-01-01T00:00:00+14:00", "2026-01-01T24:00:00Z", "2026-06-30T23:59:60Z", "a@b", "\"a b\"@x.de", "a@-.de", "@", "+", "+1", "+490000000000000000000",
        "http://", "https://[::1", "http://x:99999", "xn--", "EUR", "DE", "Etc/GMT+99", "x-private", "true", "1e400", "open", "contacts", "change:1", new('a', 256), new('ﷺ', 300), new('x', 40_000),
    ];

    private static readonly string[] Numbers = ["0", "-0", "-1", "1e-40", "1e400", "-1e400", "0.1", "1E+2", "123456789012345", "1234567890123456", "999999999999999", "79228162514264337593543950335", "2147483648", "-2147483649", "0.00001", "1.0000"];

    public static TheoryData<string> Collections => Catalogued.Collections;

    [Theory, MemberData(nameof(Collections))]
    public Task RandomBodies_AreAcceptedOrRefused_NeverAFault(string collection) => ThrowAtAsync(collection, seed: 1, rounds: 60);

    [Theory, MemberData(nameof(Collections)), Trait("Category", "Long")]
    public Task ManyRandomBodies_AreAcceptedOrRefused_NeverAFault(string collection) => ThrowAtAsync(collection, Environment.TickCount, rounds: 5_000);

    [Theory, MemberData(nameof(Collections))]
    public Task RandomValidBodies_AreStoredAsSent(string collection) => RoundTripAsync(collection, seed: 2, rounds: 15);

    [Theory, MemberData(nameof(Collections)), Trait("Category", "Long")]
    public Task ManyRandomValidBodies_AreStoredAsSent(string collection) => RoundTripAsync(collection, Environment.TickCount, rounds: 1_000);

    private async Task ThrowAtAsync(string collection, int seed, int rounds)
    {
        var random = new Random(seed);
        var target = await app.CreateAsync(collection);
        var sample = await app.SampleAsync(collection);
        for (var round = 0; round < rounds; round++)
        {
            var body = Spoiled(random, Catalogued.Type(collection).Fields, sample);
            await ExpectNoFaultAsync(await app.PostAsync(collection, body), body, seed);
            await ExpectNoFaultAsync(await app.SendAsync("PATCH", target.Path(), Spoiled(random, Catalogued.Type(collection).Fields, []), ("If-Match", "*")), body, seed);
        }
    }

    private async Task ExpectNoFaultAsync(Answer answer, JsonNode body, int seed)
    {
        Assert.True((int)answer.Status < 500, $"seed {seed}: {answer.Text} for {body.ToJsonString()}");
        if ((int)answer.Status >= 400)
            answer.ExpectRefusal();
        else
            Assert.Equal(answer.Record.ToJsonString(), (await app.ReadAsync(answer.Json)).Expect(200).Json.ToJsonString());
    }

    private async Task RoundTripAsync(string collection, int seed, int rounds)
    {
        var random = new Random(seed);
        var type = Catalogued.Type(collection);
        for (var round = 0; round < rounds; round++)
        {
            var body = type.RequiredPart(await app.SampleAsync(collection));
            foreach (var field in type.Writable().Where(field => !CatalogRecords.Ruled.Contains($"{collection}/{field.Name}") && field.Kind != FieldKind.List && random.Next(2) == 0))
            {
                if (Valid(random, field) is { } value)
                    body[field.Name] = value;
            }

            body["tags"] = new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => (JsonNode)AnyText(random, 255))]);
            var created = await app.PostAsync(collection, body);
            Assert.True((int)created.Status == 201, $"seed {seed}: {created.Text} for {body.ToJsonString()}");
            type.ExpectEcho(body, created.Record);
            Assert.Equal(created.Record.ToJsonString(), (await app.ReadAsync(created.Record)).Expect(200).Json.ToJsonString());
            Assert.Equal("\"1\"", (await app.ReplaceAsync(created.Record, created.Record)).Expect(200).ETag);
        }
    }

    private static JsonNode? Valid(Random random, Field field) => field switch
    {
        { Reference: not null } => null,
        { Kind: FieldKind.Text, Form: null, Unique: false } => AnyText(random, field.MaxLength),
        { Kind: FieldKind.Decimal, Number: { } number } => Math.Round(
            (decimal)Math.Max(number.Min, -1e6) + ((decimal)(Math.Min(number.Max, 1e6) - Math.Max(number.Min, -1e6)) * (decimal)random.NextDouble()), Math.Min(number.Scale, 4)) + (number.AboveMin ? 1 : 0),
        { Kind: FieldKind.Object } => new JsonObject(
            from member in field.Fields.Values
            let value = Valid(random, member)
            where value is not null
            select KeyValuePair.Create(member.Name, (JsonNode?)value)),
        { States: not null } => field.Values[random.Next(field.Values.Count)],
        _ => FieldValues.Other(field, null),
    };

    /// <summary>Any characters that are characters, never white space alone, and never a tag that a template would have to understand.</summary>
    private static string AnyText(Random random, int most)
    {
        var text = new StringBuilder("x");
        for (var length = random.Next(Math.Min(most, 60)); length > 0; length--)
            text.Append(Rune.TryCreate(random.Next(4) switch { 0 => random.Next(0x80), 1 => random.Next(0x3000), 2 => random.Next(0xFFFF), _ => random.Next(0x10000, 0x10FFFF) }, out var rune) ? rune : new Rune('?'));
        return text.Replace("{%", "{ %").Replace("{{", "{ {").ToString();
    }

    /// <summary>A body with some fields spoiled, some sound, and some that are none.</summary>
    private static JsonObject Spoiled(Random random, IReadOnlyDictionary<string, Field> fields, JsonObject sound)
    {
        var body = (JsonObject)sound.DeepClone();
        var names = fields.Keys.ToArray();
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var name = random.Next(20) == 0 ? Texts[random.Next(Texts.Length)] : names[random.Next(names.Length)];
            body[name] = fields.TryGetValue(name, out var field) && random.Next(3) > 0 ? NearlyRight(random, field) : Anything(random, 3);
        }

        return body;
    }

    private static JsonNode? NearlyRight(Random random, Field field) => field.Kind switch
    {
        FieldKind.Integer or FieldKind.Decimal => JsonNode.Parse(Numbers[random.Next(Numbers.Length)]),
        FieldKind.Boolean => random.Next(2) == 0,
        FieldKind.Select when random.Next(2) == 0 => field.Values[random.Next(field.Values.Count)],
        FieldKind.Object => Spoiled(random, field.Fields, []),
        FieldKind.List => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => NearlyRight(random, field.Element!))]),
        FieldKind.Json => Anything(random, 2),
        _ => Texts[random.Next(Texts.Length)],
    };

    private static JsonNode? Anything(Random random, int depth) => random.Next(depth > 0 ? 7 : 5) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => JsonNode.Parse(Numbers[random.Next(Numbers.Length)]),
        3 or 4 => Texts[random.Next(Texts.Length)],
        5 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Anything(random, depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(index => KeyValuePair.Create($"{Texts[random.Next(Texts.Length - 3)]}{index}", Anything(random, depth - 1)))),
    };
}
