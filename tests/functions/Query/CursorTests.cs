using System.Security.Cryptography;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Paging;
using Crm.Query;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Tests.Query;

public sealed class CursorTests
{
    private static readonly EntityType Contacts = EntityType.Of<Contact>("contacts");
    private static readonly EntityType Accounts = EntityType.Of<Account>("accounts");
    private static readonly Caller Anna = CallerOf("t1", ActorKind.User, "anna");
    private static readonly ListShape Shape = new("doNotCall", "lastName", null, null);
    private static readonly Cursor Somewhere = new("""[{"token":"+RID:~é"}]""", new ListCount(812, true));

    private readonly Clock _clock = new();
    private readonly Cursors _cursors;

    public CursorTests() => _cursors = New(_clock, 1);

    [Fact]
    public void Read_OfWhatWasWritten_GivesItBack()
    {
        var text = _cursors.Write(Somewhere, Anna, Shape.Of(Contacts));

        Assert.Equal(Somewhere, _cursors.Read(text, Anna, Shape.Of(Contacts)).Value);
        Assert.Matches("^[A-Za-z0-9_-]+$", text);
    }

    [Fact]
    public void Read_ByAnybodyElseOrForAnythingElse_IsRefused()
    {
        var text = _cursors.Write(Somewhere, Anna, Shape.Of(Contacts));

        Result<Cursor>[] reads =
        [
            _cursors.Read(text, CallerOf("t2", ActorKind.User, "anna"), Shape.Of(Contacts)),
            _cursors.Read(text, CallerOf("t1", ActorKind.User, "ben"), Shape.Of(Contacts)),
            _cursors.Read(text, CallerOf("t1", ActorKind.ApiKey, "anna"), Shape.Of(Contacts)),
            _cursors.Read(text, Anna, Shape.Of(Accounts)),
            _cursors.Read(text, Anna, (Shape with { Filter = null }).Of(Contacts)),
            _cursors.Read(text, Anna, (Shape with { OrderBy = "lastName desc" }).Of(Contacts)),
            _cursors.Read(text, Anna, (Shape with { Select = "" }).Of(Contacts)),
            New(_clock, 2).Read(text, Anna, Shape.Of(Contacts)),
        ];

        Assert.All(reads, read => Assert.Equal("invalid-cursor", Assert.IsType<BadRequest>(read.Error).Code));
    }

    [Fact]
    public void Read_OfAnythingElse_IsRefused()
    {
        var text = _cursors.Write(Somewhere, Anna, Shape.Of(Contacts));
        var damaged = Enumerable.Range(0, text.Length).Select(at => text[..at] + (text[at] == 'A' ? 'Q' : 'A') + text[(at + 1)..]);

        Assert.All([.. damaged, "", "a", "ab", "%", "==", "é", text + "AAAA", text[..43], text[..44], text[..^4], new string('A', 100_000)], other =>
            Assert.Equal("invalid-cursor", _cursors.Read(other, Anna, Shape.Of(Contacts)).Error?.Code));
    }

    [Fact]
    public void Read_After24Hours_IsExpired()
    {
        var text = _cursors.Write(Somewhere, Anna, Shape.Of(Contacts));
        _clock.Now += TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1);
        Assert.False(_cursors.Read(text, Anna, Shape.Of(Contacts)).Failed);

        _clock.Now += TimeSpan.FromSeconds(1);

        Assert.Equal("cursor-expired", Assert.IsType<Expired>(_cursors.Read(text, Anna, Shape.Of(Contacts)).Error).Code);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("c2hvcnQ=")]
    public void AddQuery_WithAWrongKey_StopsTheStart(string? key)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Lists:CursorKey", key)]).Build();
        using var services = new ServiceCollection().AddQuery(configuration).BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains("Lists__CursorKey", failure.Message, StringComparison.Ordinal);
    }

    internal static Cursors New(TimeProvider time, byte key) =>
        new(Options.Create(new ListOptions { CursorKey = Convert.ToBase64String(SHA256.HashData([key])) }), time);

    private static Caller CallerOf(string tenant, ActorKind kind, string id) => new(tenant, new Actor { Kind = kind, Id = id, Name = id }, Permissions.Everything);

    internal sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
