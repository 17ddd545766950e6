"""Creates, applies, watches and deletes a ClusterInstance with Python's kubernetes client; prints one line per thing seen."""
import sys

from kubernetes import client, config, dynamic, watch

GROUP, VERSION, PLURAL, NAMESPACE = "siteconfig.open-cluster-management.io", "v1alpha1", "clusterinstances", "python"


def instance(**spec):
    templates = [{"name": "ai-cluster-templates-v1", "namespace": "open-cluster-management"}]
    node = {
        "hostName": "sno1.our.pretty.lab",
        "bmcAddress": "redfish-virtualmedia+https://192.168.21.2:8000/redfish/v1/Systems/sno1",
        "bmcCredentialsName": {"name": "sno1-bmc"},
        "bootMACAddress": "52:54:00:00:00:01",
        "templateRefs": [{"name": "ai-node-templates-v1", "namespace": "open-cluster-management"}],
    }
    return {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": "ClusterInstance",
        "metadata": {"name": "sno1", "namespace": NAMESPACE},
        "spec": {
            "clusterName": "sno1",
            "baseDomain": "our.pretty.lab",
            "clusterImageSetNameRef": "img-4.20.3",
            "pullSecretRef": {"name": "pull-secret"},
            "holdInstallation": True,
            "templateRefs": templates,
            "nodes": [node],
            **spec,
        },
    }


api = config.new_client_from_config(sys.argv[1])
core, custom, generic = client.CoreV1Api(api), client.CustomObjectsApi(api), dynamic.DynamicClient(api)
place = dict(group=GROUP, version=VERSION, namespace=NAMESPACE, plural=PLURAL)

core.create_namespace({"metadata": {"name": NAMESPACE}})
created = custom.create_namespaced_custom_object(body=instance(), **place)
print("created", created["spec"]["nodes"][0]["role"])

try:
    custom.create_namespaced_custom_object(body=instance(), **place)
except client.ApiException as error:
    print("again", error.status, error.reason)

kind = generic.resources.get(api_version=f"{GROUP}/{VERSION}", kind="ClusterInstance")
applied = kind.server_side_apply(body=instance(sshPublicKey="ssh-ed25519 AAAA"), name="sno1", namespace=NAMESPACE, field_manager="python", force_conflicts=True)
print("applied", applied.spec.sshPublicKey, sorted({entry.operation for entry in applied.metadata.managedFields}))

deleting = False
for event in watch.Watch().stream(custom.list_namespaced_custom_object, timeout_seconds=60, **place):
    if event["type"] == "ADDED" and not deleting:
        print("watched", event["type"], event["object"]["metadata"]["name"])
        custom.delete_namespaced_custom_object(name="sno1", **place)
        deleting = True
    if event["type"] == "DELETED":
        print("watched", event["type"], event["object"]["metadata"]["name"])
        break

try:
    custom.get_namespaced_custom_object(name="sno1", **place)
except client.ApiException as error:
    print("gone", error.status)
