using System.Text.Json;
using System.Xml;

namespace Crm.Local.ServiceBus;

/// <summary>A queue's properties, named as the service names them.</summary>
internal sealed record QueueDeclaration(string Name)
{
    public TimeSpan LockDuration { get; init; } = TimeSpan.FromMinutes(1);

    public int MaxDeliveryCount { get; init; } = 10;

    public TimeSpan DefaultMessageTimeToLive { get; init; } = LongestLife;

    public bool DeadLetteringOnMessageExpiration { get; init; }

    private static TimeSpan LongestLife { get; } = TimeSpan.FromDays(14);

    /// <summary>Reads the queues from a configuration file of the official emulator, and refuses what a namespace of the Basic tier would.</summary>
    /// <exception cref="InvalidDataException">It is not such a file, or declares what the tier does not have. The message says what.</exception>
    public static IReadOnlyList<QueueDeclaration> Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            var space = document.RootElement.GetProperty("UserConfig").GetProperty("Namespaces")[0];
            if (space.TryGetProperty("Topics", out var topics) && topics.GetArrayLength() > 0) throw new FormatException("the Basic tier has no topics.");
            return [.. space.GetProperty("Queues").EnumerateArray().Select(Read)];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException or IOException)
        {
            throw new InvalidDataException($"{path} does not declare queues: {e.Message}", e);
        }
    }

    private static QueueDeclaration Read(JsonElement declared)
    {
        var name = declared.GetProperty(nameof(Name)).GetString()!;
        var queue = new QueueDeclaration(name);
        foreach (var property in declared.GetProperty("Properties").EnumerateObject())
        {
            queue = property.Name switch
            {
                nameof(LockDuration) => queue with { LockDuration = Time(property, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5)) },
                nameof(DefaultMessageTimeToLive) => queue with { DefaultMessageTimeToLive = Time(property, TimeSpan.FromSeconds(1), LongestLife) },
                nameof(DeadLetteringOnMessageExpiration) => queue with { DeadLetteringOnMessageExpiration = property.Value.GetBoolean() },
                nameof(MaxDeliveryCount) => queue with
                {
                    MaxDeliveryCount = property.Value.GetInt32() is >= 1 and <= 2000 and var most ? most : throw new FormatException($"MaxDeliveryCount of '{name}' must be 1 to 2000."),
                },
                "RequiresSession" or "RequiresDuplicateDetection" when property.Value.GetBoolean() => throw Missing(name, property.Name),
                "ForwardTo" or "ForwardDeadLetteredMessagesTo" when property.Value.GetString() is { Length: > 0 } => throw Missing(name, property.Name),
                "RequiresSession" or "RequiresDuplicateDetection" or "DuplicateDetectionHistoryTimeWindow" or "ForwardTo" or "ForwardDeadLetteredMessagesTo" => queue,
                _ => throw new FormatException($"'{name}' has the unknown property {property.Name}."),
            };
        }

        return queue;
    }

    private static TimeSpan Time(JsonProperty property, TimeSpan least, TimeSpan most)
    {
        var value = XmlConvert.ToTimeSpan(property.Value.GetString()!);
        return value >= least && value <= most
            ? value
            : throw new FormatException($"{property.Name} must be {XmlConvert.ToString(least)} to {XmlConvert.ToString(most)} in the Basic tier.");
    }

    private static FormatException Missing(string queue, string property) => new($"'{queue}' has {property}, which the Basic tier does not.");
}
