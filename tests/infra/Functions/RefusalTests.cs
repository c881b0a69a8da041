using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Tests.Functions;

/// <summary>What the real build or host would not run does not start here either, and the sentence names it.</summary>
public class RefusalTests
{
    [Theory]
    [InlineData(typeof(Root), "'Root'", "'/'")]
    [InlineData(typeof(Reserved), "'Reserved'", "administrators")]
    [InlineData(typeof(ParameterNames), "'One'", "'Two'")]
    [InlineData(typeof(SameRoute), "'One'", "'Two'")]
    [InlineData(typeof(SameName), "'same'", "Second")]
    [InlineData(typeof(BadName), "'1st'", "letter")]
    [InlineData(typeof(HostName), "'Host'", "not 'host'")]
    [InlineData(typeof(AsyncVoid), "'Fire'", "async void")]
    [InlineData(typeof(NoTrigger), "'NoTrigger'", "trigger")]
    [InlineData(typeof(Retried), "'Retried'", "retry")]
    [InlineData(typeof(AbstractBase), "'Inherited'", "abstract")]
    [InlineData(typeof(Hidden), "'Hidden'", "public")]
    [InlineData(typeof(BadTemplate), "'Bad'", "a/{b")]
    [InlineData(typeof(OwnConstraint), "'Own'", "entity")]
    public async Task Start_WithFunctionTheHostWouldNotRun_IsRefused(Type functions, params string[] expected)
    {
        var sentence = await TestApp.RefusalAsync(functions);
        Assert.All(expected, part => Assert.Contains(part, sentence, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain('\n', sentence);
    }

    public sealed class Root
    {
        [Function("Root")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "/")] HttpRequest request) => Results.Ok();
    }

    public sealed class Reserved
    {
        [Function("Reserved")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "administrators")] HttpRequest request) => Results.Ok();
    }

    public sealed class ParameterNames
    {
        [Function("One")]
        public IResult One([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a/{x}")] HttpRequest request) => Results.Ok();

        [Function("Two")]
        public IResult Two([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{y}")] HttpRequest request) => Results.Ok();
    }

    public sealed class SameRoute
    {
        [Function("One")]
        public IResult One([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a/{x}")] HttpRequest request) => Results.Ok();

        [Function("Two")]
        public IResult Two([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "A/{x}")] HttpRequest request) => Results.Ok();
    }

    public sealed class SameName
    {
        [Function("same")]
        public IResult First([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a")] HttpRequest request) => Results.Ok();

        [Function("SAME")]
        public IResult Second([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "b")] HttpRequest request) => Results.Ok();
    }

    public sealed class BadName
    {
        [Function("1st")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();
    }

    public sealed class HostName
    {
        [Function("Host")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();
    }

    public sealed class AsyncVoid
    {
        [Function("Fire")]
        public async void Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => await Task.Yield();
    }

    public sealed class NoTrigger
    {
        [Function("NoTrigger")]
        public IResult Run(HttpRequest request) => Results.Ok();
    }

    public sealed class Retried
    {
        [Function("Retried")]
        [FixedDelayRetry(3, "00:00:01")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();
    }

    public abstract class AbstractBase
    {
        [Function("Inherited")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();
    }

    internal sealed class Hidden
    {
        [Function("Hidden")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();
    }

    public sealed class BadTemplate
    {
        [Function("Bad")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a/{b")] HttpRequest request) => Results.Ok();
    }

    public sealed class OwnConstraint
    {
        [Function("Own")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a/{b:entity}")] HttpRequest request) => Results.Ok();
    }
}
