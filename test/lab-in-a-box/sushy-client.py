"""Does with sushy what Ironic does to a machine that it deploys by virtual media, and prints what it saw, a line each.

sushy-client.py URL SYSTEM USERNAME PASSWORD CERTIFICATE IMAGE; reads a line from stdin between boot and end of the deployment.
"""

import sys
import time

import sushy

url, system_path, username, password, certificate, image = sys.argv[1:]


def say(*words):
    print(*words, flush=True)


def until_power(system, state):
    for _ in range(60):
        system.refresh(force=True)
        if system.power_state == state:
            return
        time.sleep(0.5)
    raise TimeoutError(f"the machine is {system.power_state}")


try:
    sushy.Sushy(url, username=username, password="wrong", verify=certificate).get_system(system_path)
    say("the wrong password was taken")
except sushy.exceptions.AccessError:
    say("wrong password refused")

connection = sushy.Sushy(url, username=username, password=password, verify=certificate)
say("systems", len(connection.get_system_collection().get_members()))
system = connection.get_system(system_path)
say("system", system.name, system.identity == system.uuid)
say("inspection", system.memory_summary.size_gib, system.processors.summary.count, system.simple_storage.disks_sizes_bytes)
say("interfaces", list(system.ethernet_interfaces.summary))
say("mode", system.boot.mode.value, sorted(one.value for one in system.get_allowed_system_boot_source_values()))

system.reset_system(sushy.RESET_FORCE_OFF)
until_power(system, sushy.SYSTEM_POWER_STATE_OFF)


def drive():
    for media in system.virtual_media.get_members():
        if sushy.VIRTUAL_MEDIA_CD in media.media_types or sushy.VIRTUAL_MEDIA_DVD in media.media_types:
            return media
    raise LookupError("no CD drive")


media = drive()
if media.inserted:
    media.eject_media()
media.insert_media(image)
media = drive()
say("inserted", media.inserted, media.image == image, media.image_name)
managed = system.managers[0].virtual_media.get_members()[0]
say("by manager", managed.inserted, managed.image == image)

system.set_system_boot_options(sushy.BOOT_SOURCE_TARGET_CD, enabled=sushy.BOOT_SOURCE_ENABLED_ONCE)
system.refresh(force=True)
say("boot", system.boot.target.value, system.boot.enabled.value)
system.reset_system(sushy.RESET_ON)
until_power(system, sushy.SYSTEM_POWER_STATE_ON)
system.refresh(force=True)
say("after boot", system.boot.target.value, system.boot.enabled.value)
say("on")

sys.stdin.readline()
media = drive()
media.eject_media()
media.eject_media()
say("ejected", drive().inserted)
system.set_system_boot_options(sushy.BOOT_SOURCE_TARGET_HDD, enabled=sushy.BOOT_SOURCE_ENABLED_CONTINUOUS)
system.refresh(force=True)
say("boot", system.boot.target.value, system.boot.enabled.value)
system.reset_system(sushy.RESET_FORCE_RESTART)
until_power(system, sushy.SYSTEM_POWER_STATE_ON)
system.reset_system(sushy.RESET_FORCE_OFF)
until_power(system, sushy.SYSTEM_POWER_STATE_OFF)
say("off")
