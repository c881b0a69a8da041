using Crm.Platform.Auth;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Access;

/// <summary>Every function, and every kind of caller: let in or refused as the function declares.</summary>
[Collection(SharedApp.Name)]
public sealed class DoorTests(CrmApp app)
{
    private IReadOnlyDictionary<string, AccessAttribute> Declared => app.Services.GetRequiredService<AccessDeclarations>().ByFunction;

    [Fact]
    public void Requests_AreOneForEachFunctionAtLeast() =>
        Assert.Equal(Declared.Keys.Order(StringComparer.Ordinal), FunctionRequests.All.Select(request => request.Function).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    [InlineData("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJhZG1pbiIsInRpZCI6ImRlZmF1bHQifQ.")]
    [InlineData("crm_local_0123456789abcdef0123456789abcdef_c2VjcmV0")]
    [InlineData("crm___")]
    public async Task Nobody_IsLetInWhereSomebodyHasToBe(string? token)
    {
        using var client = token is null ? app.NewClient() : app.NewClient().Use(token);
        foreach (var request in FunctionRequests.All)
        {
            var answer = await request.SendAsync(client, "none");
            if (Declared[request.Function] is PublicAttribute)
            {
                Assert.NotEqual(401, (int)answer.Status);
            }
            else
            {
                answer.Expect(401, token is null ? "unauthorized" : "invalid-token");
                Assert.StartsWith("Bearer ", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task AUserWithoutRoles_MayNothingThatTakesARight()
    {
        using var client = await app.ClientForAsync();
        var lead = await app.CreateAsync("leads");
        foreach (var request in FunctionRequests.All)
        {
            var answer = await request.SendAsync(client, lead.Id());
            switch (Declared[request.Function])
            {
                case RecordsAttribute { Right: Right.Update or Right.Delete }:
                    answer.Expect(404, "not-found");
                    break;
                case RecordsAttribute or SpecialAttribute:
                    answer.Expect(403, "forbidden");
                    break;
                case PlatformAttribute:
                    answer.Expect(401);
                    break;
                default:
                    Assert.NotInRange((int)answer.Status, 401, 403);
                    break;
            }
        }
    }

    [Fact]
    public async Task AKey_IsNoUser()
    {
        using var client = app.NewClient().Use(await app.NewKeyAsync(Crm.Entities.Types.Role.Administrator, "*:read", "*:write"));

        (await client.SendAsync("GET", "/api/v1/leads")).Expect(200);
        foreach (var request in FunctionRequests.All.Where(request => Declared[request.Function] is UserOnlyAttribute or SpecialAttribute))
            (await request.SendAsync(client, "none")).Expect(403, "forbidden");
    }

    [Fact]
    public async Task ThePlatform_MakesTenantsAndReadsNothing()
    {
        using var client = app.NewClient().Use(CrmApp.PlatformKey);
        foreach (var request in FunctionRequests.All.Where(request => Declared[request.Function] is not PublicAttribute))
            (await request.SendAsync(client, "none")).Expect(Declared[request.Function] is PlatformAttribute ? 422 : 401);
    }
}
