using Crm.Local.Tests.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Cosmos.Linq;

namespace Crm.Local.Tests.Conformance;

#pragma warning disable CA1304, CA1311, CA1826, CA1847, CA1862, CA1866 // These forms are what the SDK translates.

/// <summary>What the .NET SDK makes of LINQ answers as LINQ itself does over the same people: by both clients, in pages of seven.</summary>
public sealed class LinqTests(LinqPeople people) : IClassFixture<LinqPeople>
{
    private static readonly string[] Cities = ["Oslo", "Riga", "Nowhere"];
    private static readonly int[] None = [];

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["Where of a flag"] = Of(all => all.Where(one => one.IsActive)),
        ["Where of its opposite"] = Of(all => all.Where(one => !one.IsActive && one.Age > 30)),
        ["Where of alternatives"] = Of(all => all.Where(one => one.Age < 25 || one.City == "Riga" || one.Score >= 30)),
        ["Where of unequal"] = Of(all => all.Where(one => one.City != "Oslo" && one.Home.Number % 2 != 0)),
        ["Where inside an object"] = Of(all => all.Where(one => one.Home.Street == "Street 3")),
        ["Where of an element"] = Of(all => all.Where(one => one.Tags.Any() && one.Tags[0] == "vip")),
        ["Where of a date"] = Of(all => all.Where(one => one.Born >= new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc))),
        ["Where of Contains, StartsWith and EndsWith"] = Of(all => all.Where(one => one.Name.Contains("1") && one.Name.StartsWith("Name") && !one.Name.EndsWith("0"))),
        ["Where of StartsWith whatever the case"] = Of(all => all.Where(one => one.Name.StartsWith("NAME 1", StringComparison.OrdinalIgnoreCase))),
        ["Where of Equals whatever the case"] = Of(all => all.Where(one => one.City.Equals("oslo", StringComparison.OrdinalIgnoreCase))),
        ["Where of ToUpper and ToLower"] = Of(all => all.Where(one => one.Name.ToUpper() == "NAME 07" || one.Name.ToLower() == "name 08")),
        ["Where of Trim"] = Of(all => all.Where(one => one.Nickname != null && (one.Nickname.Trim() == "Nick15" || one.Nickname.TrimStart() == "Nick20 " || one.Nickname.TrimEnd() == " Nick25"))),
        ["Where of Substring and IndexOf"] = Of(all => all.Where(one => one.Name.Substring(5, 1) == "2" || one.Name.IndexOf("9") == 6)),
        ["Where of Replace"] = Of(all => all.Where(one => one.Name.Replace("Name ", "") == "11")),
        ["Where of concatenation"] = Of(all => all.Where(one => one.City + "/" + one.Name == "Oslo/Name 28")),
        ["Where of Math"] = Of(all => all.Where(one => Math.Abs(one.Score) < 10 && Math.Floor(one.Score) == Math.Ceiling(one.Score))),
        ["Where of more Math"] = Of(all => all.Where(one => Math.Pow(one.Age, 2) > 1600 && Math.Sqrt(one.Age) < 7 && Math.Sign(one.Score) > 0 && Math.Truncate(one.Score) > 3)),
        ["Where of arithmetic"] = Of(all => all.Where(one => (one.Age * 2) - 10 > 60 && one.Home.Number / 2.0 > 4 && one.Age % 7 == 0)),
        ["Where of a list of values"] = Of(all => all.Where(one => Cities.Contains(one.City))),
        ["Where of an empty list"] = Of(all => all.Where(one => None.Contains(one.Age))),
        ["Where of an element among an array"] = Of(all => all.Where(one => one.Tags.Contains("vip"))),
        ["Where of Any"] = Of(all => all.Where(one => one.Orders.Any(order => order.Quantity > 2 && order.Price > 20))),
        ["Where of Any without a condition"] = Of(all => all.Where(one => one.Tags.Any())),
        ["Where of Count"] = Of(all => all.Where(one => one.Orders.Count() == 3)),
        ["Where of what is null"] = Of(all => all.Where(one => one.Nickname == null)),
        ["Where of what is not null"] = Of(all => all.Where(one => one.Bonus != null && one.Bonus > 20)),
        ["Where after Where"] = Of(all => all.Where(one => one.Age > 30).Where(one => one.IsActive)),
        ["Where after Select"] = Of(all => all.Select(one => new { one.Name, Years = one.Age }).Where(one => one.Years > 50)),
        ["Select of a value"] = Of(all => all.Select(one => one.Name)),
        ["Select of an object"] = Of(all => all.Select(one => new { one.Id, one.Home.Street, Older = one.Age + 1, Big = one.Score > 0 })),
        ["Select of a condition"] = Of(all => all.Select(one => one.IsActive ? "yes" : "no")),
        ["Select of what takes another's place"] = Of(all => all.Select(one => new { one.Id, Bonus = one.Bonus ?? -1 })),
        ["Select of a Count and an array"] = Of(all => all.Select(one => new { one.Id, Orders = one.Orders.Count(), Names = one.Orders.Select(order => order.Product).ToArray() })),
        ["Select of a sum"] = Of(all => all.Where(one => one.Orders.Any()).Select(one => new { one.Id, Total = one.Orders.Sum(order => order.Price) })),
        ["Select of a filtered array"] = Of(all => all.Select(one => new { one.Id, Many = one.Orders.Where(order => order.Quantity > 1).ToArray() })),
        ["Select of an array"] = Of(all => all.Select(one => new object[] { one.Id, one.Age })),
        ["SelectMany"] = Of(all => all.SelectMany(one => one.Tags)),
        ["SelectMany with its source"] = Of(all => all.SelectMany(one => one.Orders.Select(order => new { one.Id, order.Product }))),
        ["SelectMany with a condition"] = Of(all => all.SelectMany(one => one.Orders.Where(order => order.Quantity == 2).Select(order => order.Price))),
        ["OrderBy"] = Of(all => all.OrderBy(one => one.Age)),
        ["OrderByDescending of a date"] = Of(all => all.OrderByDescending(one => one.Born).Select(one => one.Id)),
        ["OrderBy and ThenByDescending"] = Of(all => all.OrderBy(one => one.City).ThenByDescending(one => one.Age)),
        ["OrderBy inside an object"] = Of(all => all.OrderBy(one => one.Home.Number).Select(one => one.Home)),
        ["Skip and Take"] = Of(all => all.OrderBy(one => one.Name).Skip(11).Take(23)),
        ["Take"] = Of(all => all.OrderBy(one => one.Name).Take(9)),
        ["Take of none"] = Of(all => all.OrderBy(one => one.Name).Take(0)),
        ["Distinct"] = Of(all => all.Select(one => one.City).Distinct()),
        ["Distinct of objects"] = Of(all => all.Select(one => new { one.City, one.IsActive }).Distinct()),
        ["Distinct in an order"] = Of(all => all.Select(one => one.City).Distinct().OrderBy(city => city)),
        ["Where after Distinct"] = Of(all => all.Select(one => one.City).Distinct().Where(city => city != "Oslo")),
        ["SelectMany after Distinct"] = Of(all => all.Distinct().SelectMany(one => one.Tags)),
        ["GroupBy"] = Of(all => all.GroupBy(one => one.City, (city, group) => new { city, n = group.Count(), oldest = group.Max(one => one.Age), mean = group.Average(one => one.Age) })),
        ["GroupBy with a sum"] = Of(all => all.Where(one => one.Age > 30).GroupBy(one => one.IsActive, (active, group) => new { active, total = group.Sum(one => one.Score), least = group.Min(one => one.Name) })),
        ["bits"] = Of(all => all.Where(one => (one.Home.Number & 5) == 5)),
    };

    private static readonly Dictionary<string, Func<IQueryable<Person>, Task<object?>>> Answers = new()
    {
        ["Count"] = async all => (int)await all.CountAsync(),
        ["Count of a condition"] = async all => (int)await all.Where(one => one.IsActive).CountAsync(),
        ["Sum of distinct"] = async all => (int)await all.Select(one => one.Age).Distinct().SumAsync(),
        ["Count of distinct"] = async all => (int)await all.Select(one => one.City).Distinct().CountAsync(),
        ["Sum"] = async all => (int)await all.Select(one => one.Age).SumAsync(),
        ["Sum of what some lack"] = async all => (double?)await all.Select(one => one.Bonus).SumAsync(),
        ["Average"] = async all => (double)await all.Select(one => one.Score).AverageAsync(),
        ["Min"] = async all => (string)await all.Select(one => one.Name).MinAsync(),
        ["Max"] = async all => (DateTime)await all.Select(one => one.Born).MaxAsync(),
    };

    public static TheoryData<string> CaseNames => [.. Cases.Keys];

    public static TheoryData<string> AnswerNames => [.. Answers.Keys];

    [Theory]
    [MemberData(nameof(CaseNames))]
    public async Task Linq_IsAnsweredAsOverAList(string name)
    {
        foreach (var container in people.Containers)
        {
            var (text, rows) = await Cases[name].AskAsync(container);
            var expected = Cases[name].Expected(people.All);
            if (!text.Contains("ORDER BY", StringComparison.Ordinal)) (expected, rows) = ([.. expected.Order(StringComparer.Ordinal)], [.. rows.Order(StringComparer.Ordinal)]);
            Assert.Equal(expected, rows);
        }
    }

    [Theory]
    [MemberData(nameof(AnswerNames))]
    public async Task LinqAggregate_IsAnsweredAsOverAList(string name)
    {
        foreach (var container in people.Containers)
        {
            var answer = await Answers[name](container.GetItemLinqQueryable<Person>());
            Assert.Equal(LinqPeople.Text(await Answers[name](people.All.AsQueryable())), LinqPeople.Text(answer));
        }
    }

    private static Case Of<T>(Func<IQueryable<Person>, IQueryable<T>> query) => new(
        async container =>
        {
            var asked = query(container.GetItemLinqQueryable<Person>(requestOptions: new QueryRequestOptions { MaxItemCount = 7 }));
            using var feed = asked.ToFeedIterator();
            var rows = await StoreFixture.AllAsync(feed);
            return (asked.ToQueryDefinition().QueryText, rows.ConvertAll(row => LinqPeople.Text(row)));
        },
        all => [.. query(all.AsQueryable()).AsEnumerable().Select(row => LinqPeople.Text(row))]);

    private sealed record Case(Func<Container, Task<(string Text, List<string> Rows)>> AskAsync, Func<IReadOnlyList<Person>, List<string>> Expected);
}
