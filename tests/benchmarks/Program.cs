namespace Crm.Benchmarks; internal static class Program { private static void Main() { } }
