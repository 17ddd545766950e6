import { rows, type AgentVariable } from './agent-variable.ts';

const { optional, requiredWhen } = rows('caches and disconnected', []);
const DISCONNECTED = { variable: 'dci_disconnected', is: true } as const;
const disconnected = 'with dci_disconnected';

/** Variables of the agent that do not depend on how a cluster is installed (reference/lab-and-libvirt.md §1.3, §1.9). */
export const COMMON_VARIABLES: readonly AgentVariable[] = [
  optional('cache_enabled', 'boolean', 'the agent caches images on the provisionhost'),
  requiredWhen('webserver_url', 'url', DISCONNECTED, disconnected),
  requiredWhen('provision_cache_store', 'text', DISCONNECTED, disconnected),
  requiredWhen('local_registry_host', 'text', DISCONNECTED, disconnected),
  requiredWhen('local_registry_port', 'number', DISCONNECTED, disconnected),
  optional('local_registry_user', 'text', 'the registry is used without a login'),
  optional('local_registry_password', 'text', 'the registry is used without a login', { secret: true }),
  optional('local_repo', 'text', 'ocp4/openshift4'),
  optional('registry_dir', 'text', '/opt/registry'),
  optional('opm_local_registry_path', 'text', 'no catalogue is mirrored'),
  requiredWhen('disconnected_registry_auths_file', 'text', DISCONNECTED, disconnected),
  requiredWhen('disconnected_registry_mirrors_file', 'text', DISCONNECTED, disconnected),
  optional('dci_disconnected', 'boolean', 'false: connected'),
  ...behaviour(),
];

function behaviour(): AgentVariable[] {
  const { optional: may } = rows('behaviour', []);
  return [
    may('increase_bootstrap_timeout', 'text', "the installer's own limit"),
    may('increase_install_timeout', 'text', "the installer's own limit"),
    may('poweroff', 'boolean', 'nodes are powered off before the installation'),
    may('dci_erase_bootloader_on_disk', 'boolean', 'false: boot loaders stay'),
    may('dci_delete_uefi_boot_entries', 'boolean', 'false: boot entries stay'),
    may('customize_extramanifests_path', 'text', 'no manifests beyond those of the installer'),
    may('ssh_extra_keys_paths', 'list', "only the installer's key may log in to the nodes"),
    may('dci_ephemeral_http_store', 'boolean', 'false'),
    may('enable_conserver', 'boolean', 'false: consoles are not logged'),
    may('enable_lso', 'boolean', 'false: no local storage operator'),
  ];
}
