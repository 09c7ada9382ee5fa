import AdapterKit

/// The variables that change what LSF's commands print or mean, and those of a job that commands may run in.
///
/// These stay: `LSF_ENVDIR` and the rest of the installation's, which say which cluster is meant; `LSB_DEFAULTQUEUE`,
/// `LSB_DEFAULTPROJECT`, `LSB_DEFAULT_JOBGROUP` and `LSB_DEFAULT_USERGROUP`, with which sites and users define where
/// jobs go and who pays unless something else is requested.
enum LSFEnvironment {
  /// For all commands except `bsub`.
  static let forQueries = without(printing + steering)

  /// For `bsub`, whose job inherits what is left.
  static let forSubmission = without(printing + steering + ofJob)

  /// Variables that change what commands print.
  private static let printing = [
    "LSB_BJOBS_FORMAT", "LSB_BQUEUES_FORMAT", "LSB_BHOSTS_FORMAT", "LSB_BJOBS_CONSISTENT_EXIT_CODE",
    "LSB_BJOBS_DISPLAY_ENH", "LSB_HMS_TIME_FORMAT", "LSB_DISPLAY_YEAR", "LSB_SHORT_HOSTLIST",
    "LSB_BJOBS_PENDREASON_LEVEL", "BJOBS_W_DISPLAY_MEM_SWAP_PIDS",
  ]

  /// Variables that influence `bsub`: with `BSUB_QUIET` it prints no id, with `BSUB_STDERR` it prints it on the other
  /// stream; `BSUB_CHK_RESREQ` submits nothing (bsub(1), environment variables; the first two were tried on volclava
  /// 2.2). The others are set for a site's own checks (IBM's environment variable reference), and would belong to
  /// another submission.
  static let steering = [
    "BSUB_QUIET", "BSUB_QUIET2", "BSUB_STDERR", "BSUB_CHK_RESREQ", "BSUB_BLOCK", "LSB_SUB_PARM_FILE",
    "LSB_SUB_MODIFY_FILE", "LSB_SUB_MODIFY_ENVFILE", "LSB_SUB_COMMAND_LINE", "LSB_SUB_COMMANDNAME",
    "LSB_SUB_EXTSCHED_PARAM", "LSB_SUB_JOB_WARNING_ACTION", "LSB_SUB_JOB_WARNING_TIME_PERIOD",
    "LSB_SUB_JOB_ACTION_WARNING_TIME", "LSB_SUB_PARENT_PID", "LSB_SUB_ADDITIONAL", "LSB_SUB_ABORT_VALUE",
    "LSB_JOB_STARTER", "LSF_JOB_STARTER", "LSB_ECHKPNT_METHOD", "LSB_ECHKPNT_METHOD_DIR",
    "LSB_ECHKPNT_KEEP_OUTPUT", "LSB_STDOUT_DIRECT",
  ]

  /// What LSF sets in a job about itself: recorded in a job of volclava 2.2 (done/20-job-report-out), else IBM's page
  /// “Environment variables set for job execution”. LSF sets most of them anew, and not all of them in every job.
  private static let ofJob = [
    "LSB_ACCT_FILE", "LSB_AFFINITY_HOSTFILE", "LSB_BATCH_JID", "LSB_BIND_CPU_LIST", "LSB_BIND_MEM_LIST",
    "LSB_BIND_MEM_POLICY", "LSB_CHKFILENAME", "LSB_CHKPNT_DIR", "LSB_CPUSET_DEDICATED", "LSB_DATA_CACHE_TOP",
    "LSB_DATA_META_FILE", "LSB_DJOB_HB_INTERVAL", "LSB_DJOB_HOSTFILE", "LSB_DJOB_NUMPROC", "LSB_DJOB_PE_NETWORK",
    "LSB_DJOB_RANKFILE", "LSB_DJOB_RU_INTERVAL", "LSB_DJOB_TASK_BIND", "LSB_EEXEC_REAL_GID", "LSB_EEXEC_REAL_UID",
    "LSB_EFFECTIVE_RSRCREQ", "LSB_ERRORFILE", "LSB_EXECHOSTS", "LSB_EXEC_CLUSTER", "LSB_EXEC_RUSAGE",
    "LSB_EXIT_IF_CWD_NOTEXIST", "LSB_EXIT_PRE_ABORT", "LSB_EXIT_REQUEUE", "LSB_FRAMES", "LSB_GPU_ALLOC_INFO",
    "LSB_GPU_NEW_SYNTAX", "LSB_HOSTS", "LSB_INPUTFILE", "LSB_INTERACTIVE", "LSB_INTERACTIVE_SSH",
    "LSB_INTERACTIVE_TTY", "LSB_JOBEXIT_INFO", "LSB_JOBEXIT_STAT", "LSB_JOBFILENAME", "LSB_JOBGROUP", "LSB_JOBID",
    "LSB_JOBINDEX", "LSB_JOBINDEX_END", "LSB_JOBINDEX_STEP", "LSB_JOBNAME", "LSB_JOBPEND", "LSB_JOBPGIDS",
    "LSB_JOBPIDS", "LSB_JOBRES_CALLBACK", "LSB_JOBRES_PID", "LSB_JOB_EXECUSER", "LSB_MAX_NUM_PROCESSORS",
    "LSB_MCPU_HOSTS", "LSB_OLD_JOBID", "LSB_OUTDIR", "LSB_OUTPUTFILE", "LSB_OUTPUT_TARGETFAILED", "LSB_PROJECT_NAME",
    "LSB_QUEUE", "LSB_RANK_HOSTFILE", "LSB_REMOTEINDEX", "LSB_REMOTEJID", "LSB_RESIZABLE", "LSB_RESTART",
    "LSB_RESTART_PGID", "LSB_RESTART_PID", "LSB_RMS_HOSTLIST", "LSB_SUB_CLUSTER", "LSB_SUB_HOST", "LSB_SUB_RES_REQ",
    "LSB_SUB_USER", "LSB_SUSP_REASONS", "LSB_SUSP_SUBREASONS", "LSB_TRAPSIGS", "LSB_UNIXGROUP", "LSB_UNIXGROUP_INT",
    "LSB_XFJOB", "LSFUSER", "LSF_CGROUP_TOPDIR_KEY", "LSF_EAUTH_AUX_DATA", "LSF_EAUTH_AUX_PASS", "LSF_EAUTH_CLIENT",
    "LSF_EAUTH_SERVER", "LSF_EAUTH_UID", "LSF_INVOKE_CMD", "LSF_JOB_TIMESTAMP_VALUE", "LSF_PM_HOSTIDS",
    "LSF_PM_TASKIDS", "LSF_PM_XPROGHOST", "LS_EXECCWD", "LS_EXEC_T", "LS_JOBPID", "LS_SUBCWD",
  ]

  private static func without(_ names: [String]) -> [String: String?] {
    var changes: [String: String?] = [:]
    for name in names { changes.updateValue(nil, forKey: name) }
    // Without it, a client waits endlessly when mbatchd is down; with 1, it reports that at once (recorded:
    // daemons-down/11).
    changes["LSB_NTRIES"] = "1"
    return changes
  }
}
