import AdapterKit

extension Failures {
  private static let tryLater = "Ask the site, or try again later."

  /// Recorded: submit-errors, server-down, unknown-ids, deleted, held, array of OpenPBS 23.06.06 and Torque 6.1.3,
  /// except those marked “source”, which are from pbs_error.h and pbse_to_txt of both. The first row that matches
  /// counts.
  static let table: [Row] = [
    Row("cannot connect to server", .schedulerUnreachable, tryLater),
    Row("Connection refused", .schedulerUnreachable, tryLater),
    Row("Couldn't connect to cluster", .schedulerUnreachable, tryLater),
    Row("Cannot connect to specified server", .schedulerUnreachable, tryLater),
    Row("could not connect to trqauthd", .schedulerUnreachable, "trqauthd does not run on this host: ask the site."),
    Row("Unknown Host", .schedulerUnreachable, "Look at PBS_SERVER and pbs.conf."),
    Row("Cannot resolve specified server host", .schedulerUnreachable, "Look at PBS_DEFAULT and server_name."),
    Row("pbs conf variables not found", .schedulerUnreachable, "Look at PBS_CONF_FILE and pbs.conf."),
    Row("No route to host", .schedulerUnreachable, tryLater),  // source
    Row("Connection timed out", .schedulerTimedOut),  // source
    Row("End of File", .schedulerUnreachable, tryLater),  // source: the server ended the connection
    Row("Premature end of message", .schedulerUnreachable, tryLater),  // source
    Row("Protocol (ASN.1) error", .schedulerUnreachable, tryLater),  // source
    Row("Batch protocol error", .schedulerUnreachable, tryLater),  // source
    Row("Time out", .schedulerTimedOut),  // source
    Row("socket", .schedulerUnreachable, tryLater),  // source: “Error reading data from socket” and its like
    Row("Socket close detected", .schedulerUnreachable, tryLater),  // source
    Row("an not establish connection", .schedulerUnreachable, tryLater),  // source
    Row("Could not connect to batch server", .schedulerUnreachable, tryLater),  // source
    Row("unable to authenticate", .schedulerUnreachable, tryLater),  // source: trqauthd, munge
    Row("Server shutting down", .schedulerUnreachable, tryLater),  // source
    Row("internal error", .schedulerUnreachable, tryLater),  // source
    Row("System error", .schedulerUnreachable, tryLater),  // source
    Row("out of memory", .schedulerBusy, tryLater),  // source
    Row("Error creating thread", .schedulerBusy, tryLater),  // source
    Row("Failed to save job", .schedulerUnreachable, tryLater),  // source
    Row("is busy", .schedulerBusy, tryLater),  // source
    // Reported for Torque: “Pbs Server is currently too busy to service this request. Please retry this request.”
    Row("too busy", .schedulerBusy, tryLater),
    Row("Server busy", .schedulerBusy, tryLater),  // source
    Row("lease retry", .schedulerBusy, tryLater),
    Row("may retry", .schedulerBusy, tryLater),  // source
    Row("No free connections", .schedulerBusy, tryLater),  // source
    Row("connection table full", .schedulerBusy, tryLater),  // source
    Row("temporarily unavailable", .schedulerBusy, tryLater),  // source
    Row("Too many submit retries", .schedulerBusy, tryLater),  // source
    Row("is currently not available", .schedulerBusy, tryLater),  // source: a queue
    Row("icense unavailable", .schedulerBusy, tryLater),  // source
    Row("number of licensed cpus", .schedulerBusy, tryLater),  // source
    Row("Invalid credential", .credentialExpired),  // source
    Row("Expired credential", .credentialExpired),  // source
    Row("Unknown Job Id", .unknownJob),
    Row("nonexistent job id", .unknownJob),
    Row("cannot locate job", .unknownJob),
    Row("illegally formed job identifier", .malformedID),
    Row("Job has finished", .alreadyFinished),
    Row("invalid state for job - COMPLETE", .alreadyFinished),
    Row("Request invalid for state of job", .wrongState),
    Row("Request invalid for finished array subjob", .alreadyFinished),  // source
    Row("Invalid request", .wrongState),
    Row("Unknown queue", .unknownQueue, field: "queue"),
    Row("Queue is not enabled", .unknownQueue, field: "queue"),
    Row("No such queue", .unknownQueue, field: "queue"),  // source
    Row("Access to queue is denied", .notPermitted, field: "queue"),  // source
    Row("Queue does not allow job arrays", .limitExceeded, field: "array"),  // source
    Row("Queue does not allow rerunable", .limitExceeded, field: "requeue"),  // source
    Row("Queue does not allow nonrerunable", .limitExceeded, field: "requeue"),  // source
    Row("Queue does not allow", .limitExceeded, field: "queue"),  // source
    Row("No default queue specified", .unknownQueue, field: "queue"),  // source
    Row("routing over too many hops", .unknownQueue, field: "queue"),  // source
    Row("Queue name too long", .unknownQueue, field: "queue"),  // source
    Row("Unknown Reservation Id", .unknownQueue, field: "reservation"),  // source
    Row("Unauthorized Request", .notPermitted),
    Row("Access from host not allowed", .notPermitted),  // source
    Row("is not allowed/trusted", .notPermitted),  // source
    Row("read only or insufficient permission", .notPermitted, field: "native.pbs"),  // source
    // A site's own refusals: Torque's filter of submissions, PBS Pro's hooks.
    Row("administratively rejected", .notPermitted),
    Row("request rejected", .notPermitted),  // “… as filter hook 'x' encountered an exception”
    Row("rejected request", .notPermitted),  // source: hook
    Row("hook error", .notPermitted),  // source
    Row("Bad UID for job execution", .notPermitted),
    Row("Bad GID for job execution", .notPermitted),
    Row("Invalid account", .accountDenied, field: "account"),  // source
    Row("Unknown/illegal project", .accountDenied, field: "account"),  // source
    Row("No project given", .accountDenied, field: "account"),
    Row("Maximum number of jobs", .submitLimitReached),
    Row("would exceed", .submitLimitReached),
    Row("Array job exceeds server or queue size limit", .limitExceeded, field: "array"),
    Row("Job violates queue and/or server resource limits", .limitExceeded),
    Row("cannot satisfy queue max walltime", .limitExceeded, field: "walltime"),
    Row("cannot satisfy queue max nodect", .limitExceeded, field: "nodes"),
    Row("cannot locate feasible nodes", .limitExceeded, field: "nodes"),
    Row("Job exceeds queue resource limits", .limitExceeded),
    Row("rejected by all possible destinations", .limitExceeded),
    Row("Resource limit exceeds allowable", .limitExceeded),  // source
    Row("Resource_List.walltime", .invalidValue, field: "walltime"),
    Row("Resource_List.mem", .invalidValue, field: "memory"),
    Row("Unknown resource", .invalidValue, field: "constraints", "The site's administrator defines what nodes have."),
    Row("Illegal attribute or resource value", .invalidValue),
    Row("Undefined attribute", .invalidValue, field: "native.pbs"),
    Row("Job name is too long", .invalidValue, field: "name"),
    Row("Bad Job Array Request", .invalidValue, field: "array"),  // source
    Row("illegal -W dependency value", .invalidValue, field: "dependencies"),
    Row("Invalid Job Dependency", .invalidValue, field: "dependencies"),  // source
    Row("illegal -N value", .invalidValue, field: "name", "A name of PBS's has letters, digits and .+-_ only."),
    Row("illegal -J value", .invalidValue, field: "array"),
    Row("illegal -t value", .invalidValue, field: "array"),
    Row("illegal -W value", .invalidValue, field: "dependencies"),
    Row("illegal -a value", .invalidValue, field: "begin"),
    Row("illegal -p value", .invalidValue, field: "priority", "Priorities go from -1024 to 1023."),
    Row("illegal -M value", .invalidValue, field: "mail.to"),
    Row("illegal -m value", .invalidValue, field: "mail.on"),
    Row("illegal -A value", .invalidValue, field: "account"),
    Row("illegal -o value", .invalidValue, field: "stdout"),
    Row("illegal -e value", .invalidValue, field: "stderr"),
    Row("illegal -q value", .invalidValue, field: "queue"),
    Row("illegal -r value", .invalidValue, field: "requeue"),
    Row("illegal -v value", .invalidValue, field: "environment.inherit"),
    // Any other letter comes from the user's own options: none of the adapter's options is illegal.
    Row("illegal -l value", .invalidValue, field: "native.pbs"),
    Row("illegal -c value", .invalidValue, field: "native.pbs"),
    Row("illegal -d value", .invalidValue, field: "native.pbs"),
    Row("illegal -D value", .invalidValue, field: "native.pbs"),
    Row("illegal -j value", .invalidValue, field: "native.pbs"),
    Row("illegal -k value", .invalidValue, field: "native.pbs"),
    Row("illegal -K value", .invalidValue, field: "native.pbs"),
    Row("illegal -S value", .invalidValue, field: "native.pbs"),
    Row("illegal -u value", .invalidValue, field: "native.pbs"),
    Row("illegal -w value", .invalidValue, field: "native.pbs"),
    Row("illegal -x value", .invalidValue, field: "native.pbs"),
    Row("illegal -C value", .invalidValue, field: "native.pbs"),
    Row("illegal -P value", .invalidValue, field: "native.pbs"),
    Row("illegal -R value", .invalidValue, field: "native.pbs"),
    Row("cannot send environment with the job", .invalidValue, field: "environment.inherit"),
    Row("cannot be used with \"select\"", .invalidValue, field: "native.pbs"),
    Row("Cannot be used with select or place", .invalidValue, field: "native.pbs"),  // source
    Row("Cannot have \"place\" without", .invalidValue, field: "native.pbs"),  // source
    Row("within a section of a select", .invalidValue, field: "native.pbs"),  // source
    Row("Resource invalid in", .invalidValue, field: "constraints"),  // source
    Row("specification error", .invalidValue, field: "nodes"),  // source
    Row("Unknown node", .invalidValue, field: "hosts"),  // source
    Row("attribute value is out of range", .invalidValue),  // source
    Row("Illegal value for", .invalidValue),  // source
    Row("Mutually exclusive values", .invalidValue),  // source
    Row("Duplicate entry in list", .invalidValue),  // source
    Row("Bad time specification", .invalidValue, field: "begin"),  // source
    Row("name is too long", .invalidValue, field: "name"),  // source
    Row("currently in routing queue", .invalidValue, field: "dependencies"),  // source
    Row("No master found for sync", .invalidValue, field: "dependencies"),  // source
    Row("No support for requested service", .invalidValue),  // source
    Row("directive error", .invalidValue, field: "script"),
    Row("invalid option", .invalidValue, field: "native.pbs"),
    Row("a single - is not a valid option", .invalidValue, field: "native.pbs"),
    Row("script is written in DOS/Windows text format", .scriptUnreadable, field: "script"),
    Row("could not create copy of script", .scriptUnreadable),
    Row("No space left on device", .diskFull),  // source
  ]
}
