using Crm.Platform.Auth;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Tests.Conventions;

/// <summary>Nothing is open because somebody forgot to close it.</summary>
public sealed class AccessTests
{
    [Fact]
    public void Functions_DeclareTheirAccess() => Assert.NotEmpty(new AccessDeclarations(typeof(CrmApplication).Assembly.GetTypes()).ByFunction);

    [Fact]
    public void Function_WithoutDeclaredAccess_StopsTheStart()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => new AccessDeclarations(typeof(Forgotten)));

        Assert.Contains("ForgottenByAll", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Function_ThatIsNotKnown_IsDeclaredForNobody() => Assert.Null(new AccessDeclarations().Of("EntitiesRead"));

    private sealed class Forgotten
    {
        [Function("ForgottenByAll")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "forgotten")] HttpRequest request) => Results.Ok(request.Path);
    }
}
