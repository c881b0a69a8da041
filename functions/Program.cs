namespace Crm;

internal static class Program
{
    private static void Main()
    {
    }
}
