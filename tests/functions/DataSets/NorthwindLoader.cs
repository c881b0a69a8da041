using System.Globalization;
using System.Text.Json.Nodes;
using Row = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace Crm.Tests.DataSets;

/// <summary>
/// Loads Northwind: a customer becomes an account with its contact and the customer over it, an employee also a user, for orders are owned by users.
/// Orders come in as drafts at the prices they were sold at.
/// </summary>
internal sealed class NorthwindLoader(DataSetLoad load)
{
    private readonly Dictionary<string, string> _accounts = [];
    private readonly Dictionary<string, string> _contacts = [];
    private readonly Dictionary<string, string> _customers = [];
    private readonly Dictionary<string, string> _users = [];
    private readonly Dictionary<string, string> _employees = [];
    private readonly Dictionary<string, string> _products = [];

    public async Task LoadAsync()
    {
        await LoadCustomersAsync();
        await LoadEmployeesAsync();
        await LoadProductsAsync();
        await LoadOrdersAsync();
    }

    private async Task LoadCustomersAsync()
    {
        var rows = Read("customers.csv");
        await load.PostAllAsync("customers.csv (accounts)", "accounts", rows, Id, Account, _accounts, "phone");
        await load.PostAllAsync("customers.csv (contacts)", "contacts", rows, Id, Contact, _contacts, "phones");
        await load.PostAllAsync("customers.csv", "customers", rows, Id, row => new JsonObject
        {
            ["kind"] = "enterprise",
            ["accountId"] = _accounts[Id(row)],
            ["currency"] = "USD",
            ["defaultBillingAddress"] = Address(row, ""),
            ["externalIds"] = load.ExternalId(Id(row)),
        }, _customers);

        static string Id(Row row) => row["CustomerID"];
    }

    private JsonObject Account(Row row)
    {
        var account = new JsonObject
        {
            ["name"] = row["CompanyName"],
            ["accountType"] = "customer",
            ["currency"] = "USD",
            ["billingAddress"] = Address(row, ""),
            ["externalIds"] = load.ExternalId(row["CustomerID"]),
        };
        if (row["Phone"] is { Length: > 0 } phone)
            account["phone"] = DataSetLoad.Phone(phone, DataSetLoad.Country(row["Country"]));
        return account;
    }

    private JsonObject Contact(Row row)
    {
        var (first, last) = DataSetLoad.Names(row["ContactName"]);
        return new JsonObject
        {
            ["firstName"] = first,
            ["lastName"] = last,
            ["jobTitle"] = row["ContactTitle"],
            ["phones"] = new JsonArray(
            [
                .. from phone in new[] { (Number: row["Phone"], Kind: "work"), (Number: row["Fax"], Kind: "fax") }
                   where phone.Number.Length > 0
                   select new JsonObject { ["number"] = DataSetLoad.Phone(phone.Number, DataSetLoad.Country(row["Country"])), ["kind"] = phone.Kind },
            ]),
            ["accounts"] = new JsonArray(new JsonObject { ["accountId"] = _accounts[row["CustomerID"]], ["isPrimary"] = true }),
            ["externalIds"] = load.ExternalId(row["CustomerID"]),
        };
    }

    private async Task LoadEmployeesAsync()
    {
        var rows = Read("employees.csv");
        await load.PostAllAsync("employees.csv (users)", "users", rows, Id, row =>
        {
            load.Report.Remark("employees.csv: an address at example.com is made up from the name");
            return new JsonObject
            {
                ["name"] = $"{row["FirstName"]} {row["LastName"]}",
                ["email"] = $"{row["FirstName"]}.{row["LastName"]}@example.com",
                ["status"] = "active",
                ["roleIds"] = new JsonArray("sales"),
                ["externalIds"] = load.ExternalId(Id(row)),
            };
        }, _users);
        await load.PostTreeAsync("employees.csv", "employees", rows, Id, row => row["ReportsTo"], row =>
        {
            load.Report.Remark("employees.csv: birth date, courtesy title, home address, extension and photo have no field and are left out");
            var employee = new JsonObject
            {
                ["employeeNumber"] = Id(row),
                ["firstName"] = row["FirstName"],
                ["lastName"] = row["LastName"],
                ["jobTitle"] = row["Title"],
                ["phone"] = DataSetLoad.Phone(row["HomePhone"], DataSetLoad.Country(row["Country"])),
                ["userId"] = _users[Id(row)],
                ["hireDate"] = row["HireDate"],
                ["description"] = row["Notes"],
                ["externalIds"] = load.ExternalId(Id(row)),
            };
            if (row["ReportsTo"] is { Length: > 0 } manager)
                employee["managerId"] = _employees[manager];
            return employee;
        }, _employees);

        static string Id(Row row) => row["EmployeeID"];
    }

    private Task LoadProductsAsync()
    {
        var categories = Read("categories.csv").ToDictionary(row => row["CategoryID"], row => row["CategoryName"]);
        return load.PostAllAsync("products.csv", "products", Read("products.csv"), row => row["ProductID"], row =>
        {
            load.Report.Remark("products.csv: suppliers are not loaded");
            load.Report.Remark("products.csv: units in stock and on order are left out: movements alone change stock");
            return new JsonObject
            {
                ["sku"] = row["ProductID"],
                ["name"] = row["ProductName"],
                ["categoryId"] = categories[row["CategoryID"]],
                ["unit"] = row["QuantityPerUnit"],
                ["listPrice"] = Number(row["UnitPrice"]),
                ["reorderLevel"] = Number(row["ReorderLevel"]),
                ["status"] = row["Discontinued"] == "1" ? "discontinued" : "active",
                ["externalIds"] = load.ExternalId(row["ProductID"]),
            };
        }, _products);
    }

    private Task LoadOrdersAsync()
    {
        var shippers = Read("shippers.csv").ToDictionary(row => row["ShipperID"], row => row["CompanyName"]);
        var lines = Read("order_details.csv").ToLookup(row => row["OrderID"]);
        return load.PostAllAsync("orders.csv", "orders", Read("orders.csv"), row => row["OrderID"], row =>
        {
            load.Report.Remark("orders.csv: shipped date is left out: a draft has not been shipped");
            load.Report.Remark("orders.csv: ship name has no field and is kept in the description");
            return new JsonObject
            {
                ["customerId"] = _customers[row["CustomerID"]],
                ["contactId"] = _contacts[row["CustomerID"]],
                ["ownerId"] = _users[row["EmployeeID"]],
                ["customerReference"] = row["OrderID"],
                ["orderDate"] = row["OrderDate"],
                ["requestedDeliveryDate"] = row["RequiredDate"],
                ["currency"] = "USD",
                ["shippingMethod"] = shippers[row["ShipVia"]],
                ["shippingAmount"] = Number(row["Freight"]),
                ["shippingAddress"] = Address(row, "Ship"),
                ["lines"] = new JsonArray([.. lines[row["OrderID"]].Select(Line)]),
                ["description"] = row["ShipName"],
                ["externalIds"] = load.ExternalId(row["OrderID"]),
            };
        });
    }

    private JsonObject Line(Row row)
    {
        load.Report.Place("order_details.csv");
        return new JsonObject
        {
            ["productId"] = _products[row["ProductID"]],
            ["quantity"] = Number(row["Quantity"]),
            ["unitPrice"] = Number(row["UnitPrice"]),
            ["discountPercent"] = Number(row["Discount"]) * 100,
        };
    }

    private List<Row> Read(string file) => load.Read(Northwind.Files + file);

    /// <summary>The columns of an address, which have a prefix in some files.</summary>
    private static JsonObject Address(Row row, string prefix) => new()
    {
        ["line1"] = row[$"{prefix}Address"],
        ["city"] = row[$"{prefix}City"],
        ["region"] = row[$"{prefix}Region"] is { Length: > 0 } region ? region : null,
        ["postalCode"] = row[$"{prefix}PostalCode"] is { Length: > 0 } code ? code : null,
        ["country"] = DataSetLoad.Country(row[$"{prefix}Country"]),
    };

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
