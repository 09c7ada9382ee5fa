import AdapterKit

await AdapterServer.serve(PBSAdapter())
