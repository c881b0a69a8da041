using Crm;
using Microsoft.Extensions.Hosting;

CrmApplication.CreateBuilder(args).Build().Run();
