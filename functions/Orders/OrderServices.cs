using Crm.Entities;
using Crm.History;
using Crm.Orders.Stock;
using Crm.Platform.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Orders;

internal static class OrderServices
{
    /// <summary>Events that have something follow: the decision on an order, and what a crash may have cut short.</summary>
    private static readonly string[] Handled =
    [
        "order.submitted", "order.cancelled", "shipment.created", "shipment.returned",
        "payment.created", "payment.captured", "payment.failed", "payment.refunded", "invoice.created", "invoice.voided",
    ];

    public static IServiceCollection AddOrders(this IServiceCollection services)
    {
        foreach (var type in Handled)
            services.AddSingleton(new EventRoute(type, Queues.Orders));

        return services
            .AddSingleton<Retries>()
            .AddScoped<IPreparation, OrderPricing>()
            .AddScoped<IPreparation, StockPlanning>()
            .AddScoped<StockMovements>()
            .AddScoped<OrderStock>()
            .AddScoped<CreditCheck>()
            .AddScoped<ProcessOrder>()
            .AddScoped<OrderEffects>()
            .AddScoped<OrderActions>()
            .AddScoped<OrderParts>()
            .AddScoped<ShipOrder>()
            .AddScoped<ShipmentActions>()
            .AddScoped<ReturnShipment>()
            .AddScoped<PayOrder>()
            .AddScoped<PaymentActions>()
            .AddScoped<InvoiceNumbers>()
            .AddScoped<InvoicePayments>()
            .AddScoped<InvoiceOrder>()
            .AddScoped<InvoiceActions>()
            .AddScoped<AgeInvoices>()
            .AddScoped<OrderWork>();
    }
}
