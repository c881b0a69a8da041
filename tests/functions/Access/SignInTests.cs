using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Access;

/// <summary>Passwords, sessions, invitations and resets, as clients see them.</summary>
[Collection(SharedApp.Name)]
public sealed class SignInTests(CrmApp app)
{
    private const string Password = "a password of some length";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SignIn_WithEmailOrUserName_AsJsonOrForm_GivesTokens(bool byEmail)
    {
        var user = await UserAsync();
        var username = (string)user[byEmail ? "email" : "userName"]!;
        var asJson = await TokenAsync(("grant_type", "password"), ("username", username.ToUpperInvariant()), ("password", Password));
        using var anybody = app.NewClient();
        using var form = new FormUrlEncodedContent([new("grant_type", "password"), new("username", username), new("password", Password), new("tenant", "default")]);
        using var response = await anybody.PostAsync("/auth/token", form);
        var asForm = await Answer.ReadAsync(response);

        foreach (var answer in new[] { asJson, asForm })
        {
            answer.Expect(200);
            Assert.Equal("no-store", answer.Headers["Cache-Control"]);
            Assert.Equal(("Bearer", CrmApp.TokenMinutes * 60), ((string?)answer.Json["token_type"], (int)answer.Json["expires_in"]!));
            using var client = app.NewClient().Use((string)answer.Json["access_token"]!);
            (await client.SendAsync("GET", "/schemas")).Expect(200);
        }
    }

    [Fact]
    public async Task SignIn_OfNobodyAndWithAWrongPassword_AnswerTheSame()
    {
        var user = await UserAsync();
        var wrong = (await SignInAsync(user, "not the password")).Expect(400, "invalid-grant");
        var nobody = (await TokenAsync(("grant_type", "password"), ("username", $"{Guid.NewGuid():N}@example.com"), ("password", Password))).Expect(400);
        var elsewhere = (await TokenAsync(("grant_type", "password"), ("username", (string)user["email"]!), ("password", Password), ("tenant", "nowhere"))).Expect(400);

        Assert.Equal("invalid_grant", (string?)wrong.Json["error"]);
        foreach (var other in new[] { nobody, elsewhere })
            Assert.Equal(Comparable(wrong), Comparable(other));

        static string Comparable(Answer answer)
        {
            var body = (JsonObject)answer.Json.DeepClone();
            body.Remove("requestId");
            return body.ToJsonString();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SignIn_TriedTooOften_HasToWait_WhetherThereIsSuchAUserOrNot(bool exists)
    {
        var username = exists ? (string)(await UserAsync())["email"]! : $"{Guid.NewGuid():N}@example.com";
        var statuses = new List<HttpStatusCode>();
        Answer last;
        do
        {
            last = await TokenAsync(("grant_type", "password"), ("username", username), ("password", "not the password"));
            statuses.Add(last.Status);
        }
        while (last.Status == HttpStatusCode.BadRequest && statuses.Count < 20);

        last.Expect(429, "too-many-attempts");
        Assert.Equal(5, statuses.Count(status => status == HttpStatusCode.BadRequest));
        Assert.True(int.Parse(last.Headers["Retry-After"], null) >= 1);
        (await TokenAsync(("grant_type", "password"), ("username", username), ("password", Password))).Expect(429);
    }

    [Theory]
    [InlineData("suspended")]
    [InlineData("deactivated")]
    [InlineData("invited")]
    public async Task User_WhoIsNotActive_NeitherSignsInNorGoesOn(string status)
    {
        var user = await UserAsync();
        var tokens = (await SignInAsync(user, Password)).Expect(200).Json;
        using var client = app.NewClient().Use((string)tokens["access_token"]!);
        (await client.SendAsync("GET", "/schemas")).Expect(200);

        (await app.SendAsync("PATCH", user.Path(), new JsonObject { ["status"] = status }, ("If-Match", "*"))).Expect(200);

        (await client.SendAsync("GET", "/schemas")).Expect(401, "invalid-token");
        (await RefreshAsync(tokens)).Expect(400, "invalid-grant");
        (await SignInAsync(user, Password)).Expect(400, "invalid-grant");
    }

    [Fact]
    public async Task Refresh_GivesAnotherToken_AndAReplayEndsTheSession()
    {
        var first = (await SignInAsync(await UserAsync(), Password)).Expect(200).Json;
        var second = (await RefreshAsync(first)).Expect(200).Json;
        Assert.NotEqual((string?)first["refresh_token"], (string?)second["refresh_token"]);
        var third = (await RefreshAsync(second)).Expect(200).Json;

        (await RefreshAsync(first)).Expect(400, "invalid-grant");

        (await RefreshAsync(third)).Expect(400, "invalid-grant");
    }

    [Fact]
    public async Task Refresh_ByManyAtOnce_SucceedsOnceAtMost()
    {
        var tokens = (await SignInAsync(await UserAsync(), Password)).Expect(200).Json;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RefreshAsync(tokens)));

        Assert.InRange(answers.Count(answer => answer.Status == HttpStatusCode.OK), 0, 1);
        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.BadRequest, answer.Text));
    }

    [Fact]
    public async Task Revoke_EndsTheSession_AndTellsNobodyWhetherThereWasOne()
    {
        var tokens = (await SignInAsync(await UserAsync(), Password)).Expect(200).Json;
        using var anybody = app.NewClient();
        foreach (var token in new[] { (string)tokens["refresh_token"]!, "none", "a.b.c", "default.0.0" })
            (await anybody.SendAsync("POST", "/auth/revoke", new JsonObject { ["token"] = token })).Expect(200);

        (await RefreshAsync(tokens)).Expect(400, "invalid-grant");
    }

    [Fact]
    public async Task Password_Changed_EndsAllOtherSessions()
    {
        var user = await UserAsync();
        var (one, other) = ((await SignInAsync(user, Password)).Expect(200).Json, (await SignInAsync(user, Password)).Expect(200).Json);
        using var client = app.NewClient().Use((string)one["access_token"]!);
        using var elsewhere = app.NewClient().Use((string)other["access_token"]!);
        JsonObject Change(string current, string next) => new() { ["currentPassword"] = current, ["newPassword"] = next };

        (await client.SendAsync("POST", "/auth/password", Change("wrong password", "another password"))).Expect(422).ExpectErrors("#/currentPassword wrong-password");
        (await client.SendAsync("POST", "/auth/password", Change(Password, "short"))).Expect(422).ExpectErrors("#/newPassword min-length");
        var changed = (await client.SendAsync("POST", "/auth/password", Change(Password, "another password"))).Expect(200).Json;

        (await elsewhere.SendAsync("GET", "/schemas")).Expect(401);
        (await RefreshAsync(other)).Expect(400);
        (await app.NewClient().Use((string)changed["access_token"]!).SendAsync("GET", "/schemas")).Expect(200);
        (await SignInAsync(user, Password)).Expect(400);
        (await SignInAsync(user, "another password")).Expect(200);
    }

    [Fact]
    public async Task Invitation_LetsAnInvitedUserIn_Once()
    {
        var user = await app.CreateAsync("users", ("status", "invited"), ("roleIds", new JsonArray("sales")));
        var (first, second) = (await InviteAsync(user), await InviteAsync(user));

        (await SetAsync(first, "short")).Expect(422).ExpectErrors("#/newPassword min-length");
        var tokens = (await SetAsync(first, Password)).Expect(200).Json;

        Assert.Equal("active", (string?)(await app.ReadAsync(user)).Json["status"]);
        using var client = app.NewClient().Use((string)tokens["access_token"]!);
        (await client.SendAsync("GET", "/api/v1/leads")).Expect(200);
        (await SetAsync(first, "another password")).Expect(400, "invalid-grant");
        (await SetAsync(second, "another password")).Expect(400, "invalid-grant");
        (await SignInAsync(user, Password)).Expect(200);
    }

    [Fact]
    public async Task Invitation_OfADeactivatedUser_IsRefused_AndAnOlderOneIsWorthNothing()
    {
        var user = await app.CreateAsync("users", ("status", "invited"));
        var link = await InviteAsync(user);
        (await app.SendAsync("PATCH", user.Path(), new JsonObject { ["status"] = "deactivated" }, ("If-Match", "*"))).Expect(200);

        (await app.SendAsync("POST", $"/auth/users/{user.Id()}/invitation")).Expect(409, "invalid-transition");
        (await SetAsync(link, Password)).Expect(400, "invalid-grant");
        (await app.SendAsync("POST", "/auth/users/none/invitation")).Expect(404);
    }

    [Fact]
    public async Task Reset_GoesToTheMailOfAUserThereIs_AndAnswersAlike()
    {
        var user = await UserAsync();
        using var anybody = app.NewClient();
        var known = (await anybody.SendAsync("POST", "/auth/password/reset", new JsonObject { ["username"] = user["userName"]!.DeepClone() })).Expect(202);
        var unknown = (await anybody.SendAsync("POST", "/auth/password/reset", new JsonObject { ["username"] = $"{Guid.NewGuid():N}" })).Expect(202);
        Assert.Equal(known.Text, unknown.Text);

        var mails = await Eventually.GetAsync(() => Task.FromResult(MailsTo((string)user["email"]!)), mails => mails.Count > 0, "the mail with the link");
        var token = Assert.Single(mails).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];

        (await SetAsync(token, "a password after the reset")).Expect(200);
        (await SignInAsync(user, "a password after the reset")).Expect(200);
    }

    [Theory]
    [InlineData("""{ "grant_type": "password" }""", 422)]
    [InlineData("""{ "grant_type": "password", "username": "a", "password": 5 }""", 422)]
    [InlineData("""{ "grant_type": "password", "username": "a", "password": "b", "more": "c" }""", 400)]
    [InlineData("""{ "grant_type": "implicit" }""", 400)]
    [InlineData("""{ "grant_type": "password", "grant_type": "password" }""", 400)]
    [InlineData("[]", 422)]
    [InlineData("{}", 400)]
    [InlineData("\"\\ud800\"", 400)]
    public async Task SignIn_WithABodyThatIsNone_IsRefusedAsAProblem(string body, int status) => (await app.SendTextAsync("POST", "/auth/token", body)).Expect(status);

    private List<string> MailsTo(string address) =>
        !Directory.Exists(app.MailFolder) ? [] : [.. Directory.EnumerateFiles(app.MailFolder, "*.eml").Select(File.ReadAllText).Where(mail => mail.Contains(address, StringComparison.Ordinal))];

    private async Task<JsonObject> UserAsync()
    {
        var user = await app.CreateAsync("users");
        (await SetAsync(await InviteAsync(user), Password)).Expect(200);
        return user;
    }

    private async Task<string> InviteAsync(JsonObject user) => (string)(await app.SendAsync("POST", $"/auth/users/{user.Id()}/invitation")).Expect(201).Json["token"]!;

    private async Task<Answer> SetAsync(string token, string password)
    {
        using var anybody = app.NewClient();
        return await anybody.SendAsync("POST", "/auth/password/set", new JsonObject { ["token"] = token, ["newPassword"] = password });
    }

    private Task<Answer> SignInAsync(JsonObject user, string password) => TokenAsync(("grant_type", "password"), ("username", (string)user["email"]!), ("password", password));

    private Task<Answer> RefreshAsync(JsonObject tokens) => TokenAsync(("grant_type", "refresh_token"), ("refresh_token", (string)tokens["refresh_token"]!));

    private async Task<Answer> TokenAsync(params (string Name, string Value)[] fields)
    {
        using var anybody = app.NewClient();
        return await anybody.SendAsync("POST", "/auth/token", new JsonObject(fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)field.Value))));
    }
}
