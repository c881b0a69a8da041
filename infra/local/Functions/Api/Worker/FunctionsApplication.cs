using System.Reflection;
using System.Runtime.CompilerServices;
using Crm.Local.Functions.Startup;

namespace Microsoft.Azure.Functions.Worker.Builder;

public class FunctionsApplication
{
    /// <remarks>The functions are those of the calling assembly: under a test runner the entry assembly is the runner's.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args, AppUnderHost.Of(Assembly.GetCallingAssembly()));
}
