{{/* Labels of an object, as JSON. Called with (list ROOT COMPONENT); the component may be "". */}}
{{- define "headgate.labels" -}}
{{- $root := first . -}}{{- $component := last . -}}
{{- $labels := dict "app.kubernetes.io/name" "headgate" -}}
{{- if $component }}{{- $_ := set $labels "app.kubernetes.io/component" $component }}{{- end -}}
{{- merge $labels $root.Values.commonLabels | toJson -}}
{{- end -}}

{{/* Labels by which a component's pods are selected, as JSON. */}}
{{- define "headgate.selector" -}}
{{- dict "app.kubernetes.io/name" "headgate" "app.kubernetes.io/component" . | toJson -}}
{{- end -}}

{{/* The user as whom the scheduler's requests arrive: the only one who opens the gate. */}}
{{- define "headgate.schedulerUser" -}}
system:serviceaccount:{{ .Release.Namespace }}:{{ .Values.scheduler.serviceAccount.name }}
{{- end -}}

{{/* The name under which the webhook records who asks (src/rollout/user-name.ts), in an expression. */}}
{{- define "headgate.recordedUser" -}}
(request.userInfo.username.size() > 256 ? request.userInfo.username.substring(0, 256) : request.userInfo.username)
{{- end -}}

{{/* Namespaces where nothing is held, as JSON. */}}
{{- define "headgate.excludedNamespaces" -}}
{{- prepend .Values.excludedNamespaces .Release.Namespace | uniq | toJson -}}
{{- end -}}

{{/* The namespaces that are the only ones, as JSON. */}}
{{- define "headgate.namespaces" -}}
{{- range .Values.namespaces -}}
{{- if has . (include "headgate.excludedNamespaces" $ | fromJsonArray) -}}
{{- fail (printf "namespaces has %s, where nothing is ever held: it is Headgate's own, or in excludedNamespaces" .) -}}
{{- end -}}
{{- end -}}
{{- toJson .Values.namespaces -}}
{{- end -}}

{{/* Where changes are held, as an expression of a namespaceSelector. */}}
{{- define "headgate.held" -}}
{{- if .Values.namespaces -}}
{key: kubernetes.io/metadata.name, operator: In, values: {{ include "headgate.namespaces" . }}}
{{- else -}}
{key: kubernetes.io/metadata.name, operator: NotIn, values: {{ include "headgate.excludedNamespaces" . }}}
{{- end -}}
{{- end -}}

{{/* Where they are not. */}}
{{- define "headgate.notHeld" -}}
{{- if .Values.namespaces -}}
{key: kubernetes.io/metadata.name, operator: NotIn, values: {{ include "headgate.namespaces" . }}}
{{- else -}}
{key: kubernetes.io/metadata.name, operator: In, values: {{ include "headgate.excludedNamespaces" . }}}
{{- end -}}
{{- end -}}

{{/*
Of a policy with the variables steers and elsewhere: routes of other namespaces that are named must be where Headgate may change
them. Called with (list ROOT SETTING).
*/}}
{{- define "headgate.routesElsewhere" -}}
{{- $root := first . -}}{{- $setting := last . -}}
{{- include "headgate.authority.mostRoutes" $setting }}
{{- if $root.Values.namespaces }}
- expression: '!variables.steers || variables.elsewhere.all(r, r[0] in {{ include "headgate.namespaces" $root }})'
  message: 'headgate: {{ $setting }} names a route in a namespace that this installation is not for: {{ join ", " $root.Values.namespaces }}'
{{- else }}
- expression: '!variables.steers || !variables.elsewhere.exists(r, r[0] in {{ include "headgate.excludedNamespaces" $root }})'
  message: 'headgate: {{ $setting }} names a route in a namespace where Headgate changes nothing: {{ include "headgate.excludedNamespaces" $root | fromJsonArray | join ", " }}'
{{- end }}
  reason: Forbidden
{{- end -}}

{{- define "headgate.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "headgate.certManager" -}}
{{- if eq .Values.certificates.source "cert-manager" }}true{{ end -}}
{{- end -}}

{{/* Metadata of a component's pods. Called with (list ROOT COMPONENT VALUES). */}}
{{- define "headgate.podMetadata" -}}
{{- $root := index . 0 -}}{{- $component := index . 1 -}}{{- $values := index . 2 -}}
{{- $annotations := dict "sidecar.istio.io/inject" "false" -}}
{{- if and $root.Values.metrics.scrapeAnnotations (has $component (list "webhook" "scheduler")) -}}
{{- $annotations = merge $annotations (dict "prometheus.io/scrape" "true" "prometheus.io/port" ($values.httpPort | default 8080 | toString)) -}}
{{- end -}}
{{- /* Pods read their environment once: another address makes other pods. */ -}}
{{- $receivers := include "headgate.receivers" $root -}}
{{- if and $receivers (eq $component "scheduler") -}}
{{- $annotations = merge $annotations (dict "checksum/receivers" (sha256sum $receivers)) -}}
{{- end -}}
labels: {{ merge (include "headgate.labels" (list $root $component) | fromJson) $values.podLabels | toJson }}
annotations: {{ merge (deepCopy $values.podAnnotations) $annotations | toJson }}
{{- end -}}

{{/* What the pods of every component have in common. Called like headgate.podMetadata. */}}
{{- define "headgate.pod" -}}
{{- $root := index . 0 -}}{{- $component := index . 1 -}}{{- $values := index . 2 -}}
enableServiceLinks: false
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with $values.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
{{- with include "headgate.affinity" (list $component $values) }}
affinity: {{ . }}
{{- end }}
{{- with $values.topologySpreadConstraints }}
topologySpreadConstraints:
{{- $selector := dict "labelSelector" (dict "matchLabels" (include "headgate.selector" $component | fromJson)) }}
{{- range . }}
- {{ merge (deepCopy .) $selector | toJson }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
As JSON, if there is any: what the user says, and that pods of one component are kept on different nodes. Those of another
revision do not count, so that a roll-out needs no node more.
*/}}
{{- define "headgate.affinity" -}}
{{- $component := first . -}}{{- $values := last . -}}
{{- $affinity := deepCopy $values.affinity -}}
{{- $term := dict "topologyKey" "kubernetes.io/hostname" "matchLabelKeys" (list "pod-template-hash")
  "labelSelector" (dict "matchLabels" (include "headgate.selector" $component | fromJson)) -}}
{{- if eq $values.antiAffinity "hard" -}}
{{- $own := dict "requiredDuringSchedulingIgnoredDuringExecution" (list $term) -}}
{{- $affinity = merge $affinity (dict "podAntiAffinity" $own) -}}
{{- else if eq $values.antiAffinity "soft" -}}
{{- $own := dict "preferredDuringSchedulingIgnoredDuringExecution" (list (dict "weight" 100 "podAffinityTerm" $term)) -}}
{{- $affinity = merge $affinity (dict "podAntiAffinity" $own) -}}
{{- end -}}
{{- if $affinity }}{{ toJson $affinity }}{{ end -}}
{{- end -}}

{{/* Of the pods that run Headgate itself. */}}
{{- define "headgate.podSecurity" -}}
securityContext: {runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: {type: RuntimeDefault}}
{{- end -}}

{{- define "headgate.containerSecurity" -}}
securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
{{- end -}}

{{/* Environment of all of Headgate's containers. */}}
{{- define "headgate.env" -}}
- {name: HEADGATE_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
- {name: HEADGATE_LOG_LEVEL, value: {{ .Values.logLevel | quote }}}
{{- if .Values.trustedCertificates.configMap }}
- {name: NODE_EXTRA_CA_CERTS, value: /etc/headgate/trusted/ca.crt}
{{- end }}
{{- end -}}

{{/* Where the password of Headgate's own Redis is read from. */}}
{{- define "headgate.redisPassword" -}}
{{- $auth := .Values.redis.auth -}}
valueFrom: {secretKeyRef: {name: {{ $auth.existingSecret | default "headgate-redis" }}, key: {{ empty $auth.existingSecret | ternary "password" $auth.passwordKey }}}}
{{- end -}}

{{- define "headgate.redisEnv" -}}
{{- $external := .Values.externalRedis -}}
{{- if .Values.redis.enabled -}}
{{- if $external.url }}{{ fail "externalRedis.url is set: set redis.enabled=false with it" }}{{ end -}}
- {name: HEADGATE_REDIS_URL, value: "redis://headgate-redis:6379"}
- {name: HEADGATE_REDIS_PASSWORD, {{ include "headgate.redisPassword" . }}}
{{- else -}}
- {name: HEADGATE_REDIS_URL, value: {{ required "redis.enabled=false needs externalRedis.url" $external.url | quote }}}
{{- with $external.existingSecret }}
{{- if $external.usernameKey }}
- {name: HEADGATE_REDIS_USERNAME, valueFrom: {secretKeyRef: {name: {{ . }}, key: {{ $external.usernameKey }}}}}
{{- end }}
- {name: HEADGATE_REDIS_PASSWORD, valueFrom: {secretKeyRef: {name: {{ . }}, key: {{ $external.passwordKey }}}}}
{{- if $external.sentinelUsernameKey }}
- {name: HEADGATE_REDIS_SENTINEL_USERNAME, valueFrom: {secretKeyRef: {name: {{ . }}, key: {{ $external.sentinelUsernameKey }}}}}
{{- end }}
{{- if $external.sentinelPasswordKey }}
- {name: HEADGATE_REDIS_SENTINEL_PASSWORD, valueFrom: {secretKeyRef: {name: {{ . }}, key: {{ $external.sentinelPasswordKey }}}}}
{{- end }}
{{- end }}
{{- end }}
- {name: HEADGATE_QUEUE, value: {{ .Values.queue | quote }}}
{{- end -}}

{{/* What all of Headgate's pods mount; empty when that is nothing. */}}
{{- define "headgate.mounts" -}}
{{- if .Values.trustedCertificates.configMap -}}
- {name: trusted, mountPath: /etc/headgate/trusted, readOnly: true}
{{- end -}}
{{- end -}}

{{- define "headgate.volumes" -}}
{{- with .Values.trustedCertificates }}{{ if .configMap -}}
- {name: trusted, configMap: {name: {{ .configMap }}, items: [{key: {{ .key }}, path: ca.crt}]}}
{{- end }}{{ end -}}
{{- end -}}

{{/* What the chart's own Secret with receivers holds, as JSON; empty when that is nothing. */}}
{{- define "headgate.receivers" -}}
{{- $secret := dict -}}
{{- range $name, $values := include "headgate.receiverValues" . | fromJson -}}
{{- if and $values.existingSecret (or $values.url $values.token) -}}
{{- fail (printf "%s: write url and token, or the existingSecret that has them" $name) -}}
{{- end -}}
{{- with $values.url }}{{ $_ := set $secret (printf "%s-address" $name) . }}{{ end -}}
{{- with $values.token }}{{ $_ := set $secret (printf "%s-token" $name) . }}{{ end -}}
{{- end -}}
{{- if $secret }}{{ toJson $secret }}{{ end -}}
{{- end -}}

{{- define "headgate.receiverValues" -}}
{{- $own := pick .Values "slack" "msteams" "discord" "rocket" "gchat" -}}
{{- set $own "webhook" .Values.alerts.webhook | toJson -}}
{{- end -}}

{{/* The scheduler's environment for notifications. */}}
{{- define "headgate.alertsEnv" -}}
{{- with .Values.clusterName }}
- {name: HEADGATE_CLUSTER_NAME, value: {{ . | quote }}}
{{- end }}
{{- with .Values.alerts.proxy }}
- {name: HEADGATE_ALERTS_PROXY, value: {{ . | quote }}}
{{- end }}
- {name: HEADGATE_ALERTS_SEVERITY, value: {{ .Values.alerts.severity }}}
{{- with .Values.slack.channel }}
- {name: HEADGATE_SLACK_CHANNEL, value: {{ . | quote }}}
{{- end }}
{{- with .Values.slack.user }}
- {name: HEADGATE_SLACK_USER, value: {{ . | quote }}}
{{- end }}
{{- range $name, $values := include "headgate.receiverValues" . | fromJson }}
{{- $variable := eq $name "webhook" | ternary "ALERTS_WEBHOOK" (upper $name) }}
{{- with $values.existingSecret }}
- {name: HEADGATE_{{ $variable }}_URL, valueFrom: {secretKeyRef: {name: {{ . }}, key: address, optional: {{ eq $name "slack" }}}}}
{{- if eq $name "slack" }}
- {name: HEADGATE_SLACK_TOKEN, valueFrom: {secretKeyRef: {name: {{ . }}, key: token, optional: true}}}
{{- end }}
{{- end }}
{{- if $values.url }}
- {name: HEADGATE_{{ $variable }}_URL, valueFrom: {secretKeyRef: {name: headgate-receivers, key: {{ $name }}-address}}}
{{- end }}
{{- if $values.token }}
- {name: HEADGATE_SLACK_TOKEN, valueFrom: {secretKeyRef: {name: headgate-receivers, key: slack-token}}}
{{- end }}
{{- end }}
{{- end -}}

{{/* Rights to read where notifications go. */}}
{{- define "headgate.alertRules" -}}
- {apiGroups: [headgate.dev], resources: [alertproviders], verbs: [get]}
{{- with .Values.alerts.secretNames }}
- {apiGroups: [""], resources: [secrets], resourceNames: {{ toJson . }}, verbs: [get]}
{{- end }}
{{- end -}}

{{/*
What puts the names of snapshots into pods: the policy where the API server has MutatingAdmissionPolicy, else the webhook. Helm itself
may be older than the API server that it renders for, and then does not know what that has.
*/}}
{{- define "headgate.pinning" -}}
{{- $hasPolicies := or (semverCompare ">=1.36.0-0" .Capabilities.KubeVersion.Version) (.Capabilities.APIVersions.Has "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy") -}}
{{- if eq .Values.configs.pinning "auto" }}{{ ternary "policy" "webhook" $hasPolicies }}{{ else }}{{ .Values.configs.pinning }}{{ end -}}
{{- end -}}

{{/* Of which kinds a change of content is released, as JSON, with the words by which pods refer to them. */}}
{{- define "headgate.trackedConfig" -}}
{{- $kinds := list -}}
{{- if .Values.configs.enabled -}}
{{- $kinds = append $kinds (dict "key" "configmap" "volume" "configMap" "volumeName" "name" "ref" "configMapRef" "keyRef" "configMapKeyRef") -}}
{{- end -}}
{{- if .Values.secrets.enabled -}}
{{- $kinds = append $kinds (dict "key" "secret" "volume" "secret" "volumeName" "secretName" "ref" "secretRef" "keyRef" "secretKeyRef") -}}
{{- end -}}
{{- toJson $kinds -}}
{{- end -}}

{{/* Rights to read how metrics are measured. */}}
{{- define "headgate.metricTemplateRules" -}}
- {apiGroups: [headgate.dev], resources: [metrictemplates], verbs: [get]}
{{- if .Values.metricTemplates.externalMetrics }}
- {apiGroups: [external.metrics.k8s.io], resources: ["*"], verbs: [get, list]}
{{- end }}
{{- with .Values.metricTemplates.secretNames }}
- {apiGroups: [""], resources: [secrets], resourceNames: {{ toJson . }}, verbs: [get]}
{{- end }}
{{- end -}}
