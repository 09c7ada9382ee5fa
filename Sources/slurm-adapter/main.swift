import AdapterKit

await AdapterServer.serve(SlurmAdapter())
