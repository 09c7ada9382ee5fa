import AdapterKit

await AdapterServer.serve(LSFAdapter())
