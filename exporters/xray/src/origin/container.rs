//! The id of the container, as the kernel's files show it.

use super::machine::Machine;

/// Found in the first control group that has one in its name; where the container sees no names of groups, in where its
/// files are mounted from.
pub(super) fn id(machine: &Machine) -> Option<String> {
    let groups = machine.file("proc/self/cgroup").unwrap_or_default();
    let in_groups = groups.lines().find_map(|line| line.split(['/', '-', '.', ':']).rev().find(|part| is_id(part)));
    if let Some(id) = in_groups {
        return Some(id.to_owned());
    }
    let mounts = machine.file("proc/self/mountinfo").unwrap_or_default();
    // Of a sandbox the id would be that of the pod, which all of its containers share.
    let behind = mounts.split("/containers/").skip(1).filter_map(|rest| rest.split('/').next());
    behind.filter(|part| is_id(part)).map(str::to_owned).next()
}

fn is_id(part: &str) -> bool {
    part.len() == 64 && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(groups: &str, mounts: &str) -> Option<String> {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("proc/self")).unwrap();
        std::fs::write(root.path().join("proc/self/cgroup"), groups).unwrap();
        std::fs::write(root.path().join("proc/self/mountinfo"), mounts).unwrap();
        id(&Machine::at(root.path(), &[]))
    }

    #[test]
    fn the_id_is_found_wherever_it_stands() {
        let id = "a1b2c3d4e5f60718293a4b5c6d7e8f90".repeat(2);
        let other = "0".repeat(64);
        for groups in [
            format!("12:pids:/docker/{id}\n11:cpu:/docker/{other}\n"),
            format!("1:name=systemd:/kubepods/besteffort/pod9e58-44/{id}"),
            format!("0::/system.slice/docker-{id}.scope"),
            format!("0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-{id}.scope\n"),
            format!("9:perf_event:/ecs/11112222-3333/{id}"),
            format!("1:a:/b\n2:c:/docker/{id}/nested"),
        ] {
            assert_eq!(found(&groups, "").as_deref(), Some(&*id), "{groups}");
        }
        let mounts = format!(
            "1 2 0:1 / / rw - overlay overlay rw\n\
             3 2 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/{other}/hostname /etc/hostname rw - ext4\n\
             3 2 8:1 /var/lib/kubelet/pods/x/containers/app/12345678 /dev/termination-log rw - ext4\n\
             4 2 8:1 /var/lib/docker/containers/{id}/hostname /etc/hostname rw - ext4 /dev/sda1 rw"
        );
        assert_eq!(found("0::/\n", &mounts).as_deref(), Some(&*id));
    }

    #[test]
    fn outside_of_a_container_there_is_none() {
        let upper = "A".repeat(64);
        for groups in ["", "0::/user.slice/session-1.scope", &format!("0::/docker/{upper}"), &"0".repeat(65)] {
            assert_eq!(found(groups, "1 2 0:1 / / rw"), None, "{groups}");
        }
        assert_eq!(id(&Machine::at(std::path::Path::new("/no/such/folder"), &[])), None);
    }
}
