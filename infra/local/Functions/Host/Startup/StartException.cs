namespace Crm.Local.Functions.Startup;

/// <summary>A reason not to start that the person who started the app can act on: one sentence, no stack trace.</summary>
internal sealed class StartException(string sentence, Exception? inner = null) : Exception(sentence, inner)
{
    /// <summary>
    /// <c>Run()</c> is an extension method over any <c>IHost</c> and lets what <c>StartAsync</c> throws reach the top of <c>Main</c>, where the runtime
    /// would print a stack trace. The exception still reaches a test that starts the host itself.
    /// </summary>
    public static void PrintWithoutStackTrace()
    {
        AppDomain.CurrentDomain.UnhandledException -= Print;
        AppDomain.CurrentDomain.UnhandledException += Print;
    }

    private static void Print(object sender, UnhandledExceptionEventArgs unhandled)
    {
        if (unhandled.ExceptionObject is not StartException failure) return;
        Console.Error.WriteLine(failure.Message);
        Environment.Exit(1);
    }
}
