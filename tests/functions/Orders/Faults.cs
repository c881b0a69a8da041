using System.Net;
using Microsoft.Azure.Cosmos;

namespace Crm.Tests.Orders;

/// <summary>What happens to a call.</summary>
public enum Fault
{
    /// <summary>The database is busy and does nothing.</summary>
    Refused,

    /// <summary>The database does it, and the answer is lost.</summary>
    AnswerLost,

    /// <summary>The process dies before the call.</summary>
    CrashBefore,

    /// <summary>The process dies after the call, with what it knew.</summary>
    CrashAfter,
}

/// <summary>The process is gone: nothing that could catch this is ours.</summary>
internal sealed class CrashException() : Exception("The process died.");

/// <summary>One fault at one call, counted from 1 in the order in which the calls are made.</summary>
internal sealed class PlannedFault(int at, Fault fault)
{
    private int _calls;
    private double _charge;

    /// <summary>Without a fault: calls are counted, and what they cost.</summary>
    public static PlannedFault None => new(0, default);

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>In request units.</summary>
    public double Charge => Volatile.Read(ref _charge);

    /// <summary>The call was reached.</summary>
    public bool Happened => Calls >= at;

    /// <summary>What others do meanwhile, just before the call that the fault is planned for is the next one.</summary>
    public Func<Task>? Meanwhile { get; init; }

    /// <summary>The fault, if this is the call it is planned for.</summary>
    public async Task<Fault?> NextAsync()
    {
        var call = Interlocked.Increment(ref _calls);
        if (call == at - 1 && Meanwhile is not null)
            await Meanwhile();
        return call == at ? fault : null;
    }

    public void Cost(double charge) => Interlocked.Exchange(ref _charge, _charge + charge);
}

/// <summary>Makes calls of the app fail: those made under a plan, wherever they are made.</summary>
internal sealed class Faults
{
    private readonly AsyncLocal<PlannedFault?> _plan = new();

    public RequestHandler NewHandler() => new Handler(this);

    /// <summary>Runs something under a plan; false where the process died of it.</summary>
    public async Task<bool> SurvivesAsync(PlannedFault? plan, Func<Task> work)
    {
        _plan.Value = plan;
        try
        {
            await work();
            return true;
        }
        catch (Exception fault) when (fault is CrashException or CosmosException)
        {
            return false;
        }
        finally
        {
            _plan.Value = null;
        }
    }

    /// <summary>A call that is none of the database's.</summary>
    public async Task CallAsync(Func<Task> call)
    {
        var fault = await NextAsync();
        if (fault is Fault.Refused or Fault.CrashBefore)
            throw new CrashException();

        await call();
        if (fault is not null)
            throw new CrashException();
    }

    private async Task<Fault?> NextAsync()
    {
        if (_plan.Value is not { } plan)
            return null;

        // What happens meanwhile is not under the plan.
        _plan.Value = null;
        return await plan.NextAsync();
    }

    private sealed class Handler(Faults faults) : RequestHandler
    {
        public override async Task<ResponseMessage> SendAsync(RequestMessage request, CancellationToken cancellationToken)
        {
            switch (await faults.NextAsync())
            {
                case Fault.Refused:
                    return new ResponseMessage(HttpStatusCode.ServiceUnavailable, request, "Planned.");
                case Fault.CrashBefore:
                    throw new CrashException();
                case Fault.AnswerLost:
                    (await base.SendAsync(request, cancellationToken)).Dispose();
                    return new ResponseMessage(HttpStatusCode.ServiceUnavailable, request, "Planned.");
                case Fault.CrashAfter:
                    (await base.SendAsync(request, cancellationToken)).Dispose();
                    throw new CrashException();
                default:
                    var response = await base.SendAsync(request, cancellationToken);
                    faults._plan.Value?.Cost(response.Headers.RequestCharge);
                    return response;
            }
        }
    }
}
