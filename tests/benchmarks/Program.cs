using Crm.Benchmarks;
using Crm.Benchmarks.Api;
using Crm.Benchmarks.Store;

var options = Options.Read(args);
if (options.Parts.Contains(Options.Store)) await StoreBenchmark.RunAsync(options);
if (options.Parts.Contains(Options.Start)) await StartBenchmark.RunAsync();
if (options.Parts.Contains(Options.Api)) await ApiBenchmark.RunAsync(options);
if (options.Parts.Contains(Options.Webhooks)) await WebhookBenchmark.RunAsync(options.Deliveries);
if (options.Parts.Contains(Options.Campaign)) await CampaignBenchmark.RunAsync(options.Audience);
