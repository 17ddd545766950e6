/** Definitions of the real operators that a test's hub has: `<group>/<plural>` of `shared/crds`. */
export const METAL3_CRDS = ['baremetalhosts', 'hardwaredata', 'hostfirmwaresettings', 'hostfirmwarecomponents'].map((name) => `metal3.io/${name}`);

/** What assisted-service and hive work on, with the hosts of metal3. */
export const ASSISTED_CRDS = [
  'extensions.hive.openshift.io/agentclusterinstalls',
  'hive.openshift.io/clusterdeployments',
  'hive.openshift.io/clusterimagesets',
  'agent-install.openshift.io/infraenvs',
  'agent-install.openshift.io/nmstateconfigs',
  'agent-install.openshift.io/agents',
  ...METAL3_CRDS,
];
