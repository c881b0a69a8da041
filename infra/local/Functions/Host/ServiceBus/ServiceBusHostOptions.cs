using System.Globalization;
using System.Text.Json;

namespace Crm.Local.Functions.ServiceBus;

/// <summary><c>extensions.serviceBus</c> of <c>host.json</c>, with the extension's defaults.</summary>
internal sealed record ServiceBusHostOptions
{
    public bool AutoCompleteMessages { get; init; } = true;

    /// <summary>Calls at once of each function that takes single messages.</summary>
    public int MaxConcurrentCalls { get; init; } = 16 * Environment.ProcessorCount;

    public int MaxMessageBatchSize { get; init; } = 1000;

    public int PrefetchCount { get; init; }

    /// <summary>How long the lock of a single message is renewed while its function runs. Those of a batch never are.</summary>
    public TimeSpan MaxAutoLockRenewalDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <exception cref="FormatException">A value is not of its kind.</exception>
    public static ServiceBusHostOptions Read(JsonElement? declared)
    {
        var options = new ServiceBusHostOptions();
        if (declared is not { ValueKind: JsonValueKind.Object } section) return options;
        foreach (var setting in section.EnumerateObject())
        {
            options = setting.Name.ToUpperInvariant() switch
            {
                "AUTOCOMPLETEMESSAGES" => options with
                {
                    AutoCompleteMessages = setting.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? setting.Value.GetBoolean() : throw Malformed(setting, "true or false"),
                },
                "MAXCONCURRENTCALLS" => options with { MaxConcurrentCalls = Number(setting, 1) },
                "MAXMESSAGEBATCHSIZE" => options with { MaxMessageBatchSize = Number(setting, 1) },
                "PREFETCHCOUNT" => options with { PrefetchCount = Number(setting, 0) },
                "MAXAUTOLOCKRENEWALDURATION" => options with { MaxAutoLockRenewalDuration = Time(setting) },
                "MINMESSAGEBATCHSIZE" when Number(setting, 1) > 1 => throw new FormatException($"extensions.serviceBus.{setting.Name} is more than 1, which the local host does not do."),
                _ => options,
            };
        }

        return options;
    }

    private static int Number(JsonProperty setting, int least) =>
        setting.Value.ValueKind is JsonValueKind.Number && setting.Value.TryGetInt32(out var number) && number >= least ? number : throw Malformed(setting, $"a whole number of at least {least}");

    private static TimeSpan Time(JsonProperty setting) =>
        TimeSpan.TryParse(setting.Value.ToString(), CultureInfo.InvariantCulture, out var time) && time >= TimeSpan.Zero ? time : throw Malformed(setting, "a time such as \"00:05:00\"");

    private static FormatException Malformed(JsonProperty setting, string expected) => new($"extensions.serviceBus.{setting.Name} is {setting.Value.GetRawText()}; {expected} is expected.");
}
