namespace Crm.Tests.Fixtures;

/// <summary>The system's clock, and a time ahead of it.</summary>
internal sealed class MovableClock : TimeProvider
{
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;

    public void Advance(TimeSpan by) => _ahead += by;
}
