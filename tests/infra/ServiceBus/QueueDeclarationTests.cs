using Crm.Local.ServiceBus;

namespace Crm.Local.Tests.ServiceBus;

public sealed class QueueDeclarationTests
{
    [Fact]
    public void Read_TakesTheServicesPropertiesAndDefaults()
    {
        var queues = Read("""
            {"Name":"a","Properties":{"LockDuration":"PT30S","MaxDeliveryCount":5,"DefaultMessageTimeToLive":"P7D","DeadLetteringOnMessageExpiration":true,"RequiresSession":false,"ForwardTo":""}},
            {"Name":"b","Properties":{}}
            """);
        Assert.Equal(new QueueDeclaration("a") { LockDuration = TimeSpan.FromSeconds(30), MaxDeliveryCount = 5, DefaultMessageTimeToLive = TimeSpan.FromDays(7), DeadLetteringOnMessageExpiration = true }, queues[0]);
        Assert.Equal(new QueueDeclaration("b") { LockDuration = TimeSpan.FromMinutes(1), MaxDeliveryCount = 10, DefaultMessageTimeToLive = TimeSpan.FromDays(14) }, queues[1]);
    }

    [Theory]
    [InlineData("""{"Name":"a","Properties":{"RequiresSession":true}}""", "RequiresSession")]
    [InlineData("""{"Name":"a","Properties":{"RequiresDuplicateDetection":true}}""", "RequiresDuplicateDetection")]
    [InlineData("""{"Name":"a","Properties":{"ForwardTo":"b"}}""", "ForwardTo")]
    [InlineData("""{"Name":"a","Properties":{"LockDuration":"PT10M"}}""", "LockDuration")]
    [InlineData("""{"Name":"a","Properties":{"LockDuration":"soon"}}""", "soon")]
    [InlineData("""{"Name":"a","Properties":{"DefaultMessageTimeToLive":"P15D"}}""", "DefaultMessageTimeToLive")]
    [InlineData("""{"Name":"a","Properties":{"MaxDeliveryCount":0}}""", "MaxDeliveryCount")]
    [InlineData("""{"Name":"a","Properties":{"MaxDeliveries":3}}""", "MaxDeliveries")]
    [InlineData("""{"Name":"a"}""", "does not declare queues")]
    [InlineData("nonsense", "does not declare queues")]
    public void Read_OfWhatTheTierHasNot_NamesIt(string queues, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Read(queues)).Message, StringComparison.Ordinal);

    private static IReadOnlyList<QueueDeclaration> Read(string queues)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, $$$"""{"UserConfig":{"Namespaces":[{"Name":"sbemulatorns","Queues":[{{{queues}}}]}]}}""");
            return QueueDeclaration.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
