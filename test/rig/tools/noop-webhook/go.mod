module headgate.dev/rig/noop-webhook

go 1.26.0
