import AdapterKit

await AdapterServer.serve(CobaltAdapter())
