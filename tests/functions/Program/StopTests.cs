using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Crm.Tests.Program;

[Collection(Sequential.Name)]
public sealed class StopTests : ProgramTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Terminate_WithARequestUnderWay_AnswersItAndEnds()
    {
        await using var crm = await CrmProcess.StartAsync(Data);
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        using var client = new HttpClient(handler) { BaseAddress = crm.Client.BaseAddress };
        using var body = new HeldBody("""{ "name": "Written at the last moment" }""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/accounts") { Content = body };
        request.Headers.ExpectContinue = true;
        request.Headers.Authorization = crm.Client.DefaultRequestHeaders.Authorization;

        var answering = client.SendAsync(request);
        await body.Wanted.WaitAsync(Deadline);
        crm.Terminate();
        await NobodyListensAsync(crm.Client.BaseAddress!);
        body.Send();

        using var answer = await answering.WaitAsync(Deadline);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(0, await crm.ExitAsync(Deadline));
        Assert.Empty(crm.Errors);
        await using var again = await CrmProcess.StartAsync(Data);
        using var found = await again.Client.GetAsync(answer.Headers.Location!.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
    }

    [Fact]
    public async Task Terminate_WithIdleConnections_Ends()
    {
        await using var crm = await CrmProcess.StartAsync(Data);
        using var health = await crm.Client.GetAsync("/health");

        crm.Terminate();

        Assert.Equal(0, await crm.ExitAsync(Deadline));
    }

    private static async Task NobodyListensAsync(Uri address)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(address.Host, address.Port, deadline.Token);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    /// <summary>A body that is sent when the test says so. That it is asked for (100 Continue) shows that a function is reading.</summary>
    private sealed class HeldBody : HttpContent
    {
        private readonly byte[] _bytes;
        private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HeldBody(string json)
        {
            _bytes = Encoding.UTF8.GetBytes(json);
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        public Task Wanted => _wanted.Task;

        public void Send() => _sent.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _wanted.TrySetResult();
            await _sent.Task;
            await stream.WriteAsync(_bytes);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length;
            return true;
        }
    }
}
