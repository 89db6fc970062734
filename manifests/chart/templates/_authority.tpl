{{/* Made from src/admission/authority.ts by test/chart/render.ts. Not edited by hand. */}}

{{- define "headgate.authority.deployments.variables" -}}
- name: bypasses
  expression: >-
    variables.notes[?"headgate.dev/bypass"].orValue("") != "" &&
    variables.notes[?"headgate.dev/bypass"] != variables.oldNotes[?"headgate.dev/bypass"]
- name: optIn
  expression: >-
    variables.oldNotes[?"headgate.dev/canary"].orValue(variables.notes[?"headgate.dev/canary"].orValue("true"))
- name: canaryName
  expression: >-
    variables.optIn.startsWith("canary/") ? variables.optIn.substring(7) : object.metadata.?name.orValue("")
- name: hasApprovals
  expression: >-
    variables.optIn != "true" || ["confirm-", "\\"].exists(word,
    variables.oldNotes[?"headgate.dev/webhooks"].orValue("").contains(word))
- name: liftsApproval
  expression: >-
    variables.oldNotes[?"headgate.dev/held"].hasValue() && variables.oldNotes[?"headgate.dev/canary"].hasValue() &&
    variables.hasApprovals && (variables.optIn == "true" ? ["canary", "webhooks", "skip-analysis", "max-weight", "step-weight", "step-weights"] : ["canary"]).exists(key,
    variables.notes[?("headgate.dev/" + key)] != variables.oldNotes[?("headgate.dev/" + key)])
- name: setsTrafficPolicy
  expression: >-
    variables.notes[?"headgate.dev/traffic-policy"] != variables.oldNotes[?"headgate.dev/traffic-policy"]
{{- end -}}

{{- define "headgate.authority.deployments" -}}
- expression: >-
    !variables.liftsApproval ||
    authorizer.group("headgate.dev").resource("canaries").namespace(request.namespace).name(variables.canaryName).check("approve").allowed()
  message: >-
    headgate: whoever changes headgate.dev/canary, webhooks with approvals (confirm-… hooks), skip-analysis or the
    weights of a Deployment while a revision is held may let it past an approval, and must be allowed to approve
    canaries.headgate.dev in this namespace (ClusterRole headgate-approver)
  reason: Forbidden
- expression: >-
    !variables.bypasses ||
    authorizer.group("headgate.dev").resource("canaries").namespace(request.namespace).name(variables.canaryName).check("bypass").allowed()
  message: >-
    headgate: whoever writes headgate.dev/bypass lets revisions pass without analysis, and must be allowed to bypass
    canaries.headgate.dev in this namespace (ClusterRole headgate-admin)
  reason: Forbidden
- expression: >-
    !variables.steers ||
    authorizer.group("networking.istio.io").resource("virtualservices").namespace(request.namespace).check("update").allowed()
  message: >-
    headgate: whoever enrols a Deployment, takes it out, or changes its headgate.dev/ annotations, lets Headgate
    change its traffic, and must be allowed to update virtualservices.networking.istio.io in this namespace
  reason: Forbidden
- expression: >-
    !variables.setsTrafficPolicy ||
    authorizer.group("networking.istio.io").resource("destinationrules").namespace(request.namespace).check("update").allowed()
  message: >-
    headgate: whoever changes headgate.dev/traffic-policy lets Headgate write DestinationRules, and must be allowed to
    update destinationrules.networking.istio.io in this namespace
  reason: Forbidden
{{- range $index := until 8 }}
- expression: >-
    !variables.steers || variables.elsewhere.size() <= {{ $index }} ||
    authorizer.group("networking.istio.io").resource("virtualservices").namespace(variables.elsewhere[{{ $index }}][0]).name(variables.elsewhere[{{ $index }}][1]).check("update").allowed()
  messageExpression: >-
    "headgate: headgate.dev/routes names a route of another namespace, and whoever steers it lets Headgate change it,
    and must be allowed to update virtualservices.networking.istio.io " + variables.elsewhere[{{ $index }}][1] + " in
    the namespace " + variables.elsewhere[{{ $index }}][0]
  reason: Forbidden
{{- end }}
{{- end -}}

{{- define "headgate.authority.canaries.variables" -}}
- name: command
  expression: >-
    object.metadata.?annotations[?"headgate.dev/command"].orValue("")
- name: promotes
  expression: >-
    variables.command != "" && (oldObject == null || oldObject.metadata.?annotations[?"headgate.dev/command"].orValue("") != variables.command) &&
    (variables.command.size() > 4096 || !variables.command.matches(r'^\s*\{\s*"id"\s*:\s*"[^"\\]*"\s*,\s*"action"\s*:\s*"(abort|pause|resume|retry|revert|pin)"\s*(,\s*"revision"\s*:\s*"[^"\\]*"\s*)?\}\s*$'))
- name: storedHooks
  expression: >-
    oldObject == null ? object.?spec.?analysis.?webhooks.orValue([]) : oldObject.?spec.?analysis.?webhooks.orValue([])
- name: skipsApproval
  expression: >-
    variables.promotes && variables.storedHooks.exists(h, h.?type.orValue("") in ["confirm-traffic-increase", "confirm-promotion"])
- name: changesOwner
  expression: >-
    oldObject != null && object.metadata.?ownerReferences != oldObject.metadata.?ownerReferences &&
    !request.userInfo.username.startsWith("system:serviceaccount:kube-system:") &&
    request.userInfo.username != "system:kube-controller-manager"
- name: approvals
  expression: >-
    oldObject == null ? [] : variables.storedHooks.filter(h, h.?type.orValue("") in ["confirm-rollout", "confirm-traffic-increase", "confirm-promotion"])
- name: liftsApproval
  expression: >-
    variables.approvals.size() > 0 && oldObject.?status.?phase.orValue("") in ["Waiting", "Progressing", "Paused", "Failed"] &&
    (variables.changesOwner || variables.approvals.exists(h, !(h in object.?spec.?analysis.?webhooks.orValue([]))) ||
    object.?spec.?skipAnalysis != oldObject.?spec.?skipAnalysis ||
    object.?spec.?analysis.?maxWeight != oldObject.?spec.?analysis.?maxWeight ||
    object.?spec.?analysis.?stepWeight != oldObject.?spec.?analysis.?stepWeight ||
    object.?spec.?analysis.?stepWeights != oldObject.?spec.?analysis.?stepWeights)
- name: setsTrafficPolicy
  expression: >-
    object.?spec.?service.?trafficPolicy != (oldObject == null ? optional.none() : oldObject.?spec.?service.?trafficPolicy)
{{- end -}}

{{- define "headgate.authority.canaries" -}}
- expression: >-
    !variables.promotes ||
    authorizer.group("headgate.dev").resource("canaries").namespace(request.namespace).name(object.metadata.?name.orValue("")).check("promote").allowed()
  message: >-
    headgate: whoever promotes a release skips the rest of its analysis, and must be allowed to promote
    canaries.headgate.dev in this namespace (ClusterRole headgate-releaser)
  reason: Forbidden
- expression: >-
    !variables.skipsApproval ||
    authorizer.group("headgate.dev").resource("canaries").namespace(request.namespace).name(object.metadata.?name.orValue("")).check("approve").allowed()
  message: >-
    headgate: whoever promotes a release of a Canary with approvals (confirm-… hooks) skips them, and must be allowed
    to approve canaries.headgate.dev in this namespace (ClusterRole headgate-approver)
  reason: Forbidden
- expression: >-
    !variables.liftsApproval ||
    authorizer.group("headgate.dev").resource("canaries").namespace(request.namespace).name(object.metadata.?name.orValue("")).check("approve").allowed()
  message: >-
    headgate: whoever changes the approvals (confirm-… hooks), skipAnalysis, the weights or the owners of a Canary
    while a revision is held may let it past an approval, and must be allowed to approve canaries.headgate.dev in this
    namespace (ClusterRole headgate-approver)
  reason: Forbidden
- expression: >-
    !variables.steers ||
    authorizer.group("networking.istio.io").resource("virtualservices").namespace(request.namespace).check("update").allowed()
  message: >-
    headgate: whoever writes the spec of a Canary lets Headgate change a Deployment and its traffic, and must be
    allowed to update virtualservices.networking.istio.io in this namespace
  reason: Forbidden
- expression: >-
    !variables.steers ||
    authorizer.group("apps").resource("deployments").namespace(request.namespace).check("update").allowed()
  message: >-
    headgate: whoever writes the spec of a Canary lets Headgate change a Deployment and its traffic, and must be
    allowed to update deployments.apps in this namespace
  reason: Forbidden
- expression: >-
    !variables.changesOwner ||
    authorizer.group("networking.istio.io").resource("virtualservices").namespace(request.namespace).check("update").allowed()
  message: >-
    headgate: whoever changes the owners of a Canary may have it deleted, and its Deployment taken out, and must be
    allowed to update virtualservices.networking.istio.io in this namespace
  reason: Forbidden
- expression: >-
    !variables.setsTrafficPolicy ||
    authorizer.group("networking.istio.io").resource("destinationrules").namespace(request.namespace).check("update").allowed()
  message: >-
    headgate: whoever writes spec.service.trafficPolicy of a Canary lets Headgate write DestinationRules, and must be
    allowed to update destinationrules.networking.istio.io in this namespace
  reason: Forbidden
{{- range $index := until 8 }}
- expression: >-
    !variables.steers || variables.elsewhere.size() <= {{ $index }} ||
    authorizer.group("networking.istio.io").resource("virtualservices").namespace(variables.elsewhere[{{ $index }}][0]).name(variables.elsewhere[{{ $index }}][1]).check("update").allowed()
  messageExpression: >-
    "headgate: spec.service.routes names a route of another namespace, and whoever steers it lets Headgate change it,
    and must be allowed to update virtualservices.networking.istio.io " + variables.elsewhere[{{ $index }}][1] + " in
    the namespace " + variables.elsewhere[{{ $index }}][0]
  reason: Forbidden
{{- end }}
{{- end -}}

{{- define "headgate.authority.canaryDeletions.variables" -}}
- name: liftsApproval
  expression: >-
    oldObject.?status.?phase.orValue("") in ["Waiting", "Progressing", "Paused", "Failed"] && oldObject.?spec.?analysis.?webhooks.orValue([]).exists(h, h.?type.orValue("") in ["confirm-rollout", "confirm-traffic-increase", "confirm-promotion"])
{{- end -}}

{{- define "headgate.authority.canaryDeletions" -}}
- expression: >-
    !true ||
    authorizer.group("networking.istio.io").resource("virtualservices").namespace(request.namespace).check("update").allowed()
  message: >-
    headgate: whoever deletes a Canary takes its Deployment out, and lets Headgate change its traffic, and must be
    allowed to update virtualservices.networking.istio.io in this namespace
  reason: Forbidden
- expression: >-
    !variables.liftsApproval ||
    authorizer.group("headgate.dev").resource("canaries").namespace(request.namespace).name(oldObject.metadata.name).check("approve").allowed()
  message: >-
    headgate: whoever deletes a Canary with approvals (confirm-… hooks) while a revision is held may let another go on
    without them, and must be allowed to approve canaries.headgate.dev in this namespace (ClusterRole
    headgate-approver)
  reason: Forbidden
{{- end -}}

{{- define "headgate.authority.mostRoutes" -}}
- expression: '!variables.steers || variables.elsewhere.size() <= 8'
  message: 'headgate: {{ . }} names at most 8 routes with a namespace'
{{- end -}}

{{- define "headgate.authority.roles" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: headgate-viewer
  labels:
    {{- if .Values.rbac.aggregate }}
    rbac.authorization.k8s.io/aggregate-to-view: "true"
    rbac.authorization.k8s.io/aggregate-to-edit: "true"
    rbac.authorization.k8s.io/aggregate-to-admin: "true"
    {{- end }}
    {{- include "headgate.labels" (list . "") | fromJson | toYaml | nindent 4 }}
rules:
- {apiGroups: [headgate.dev], resources: [canaries, canaries/status, alertproviders, metrictemplates, clustermetrictemplates], verbs: [get, list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: headgate-releaser
  labels:
    {{- if .Values.rbac.aggregate }}
    rbac.authorization.k8s.io/aggregate-to-edit: "true"
    rbac.authorization.k8s.io/aggregate-to-admin: "true"
    {{- end }}
    {{- include "headgate.labels" (list . "") | fromJson | toYaml | nindent 4 }}
rules:
- {apiGroups: [headgate.dev], resources: [canaries, canaries/status, alertproviders, metrictemplates, clustermetrictemplates], verbs: [get, list, watch]}
- {apiGroups: [headgate.dev], resources: [canaries, alertproviders, metrictemplates], verbs: [create, update, patch, delete, deletecollection]}
- {apiGroups: [headgate.dev], resources: [canaries], verbs: [promote]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: headgate-approver
  labels:
    {{- if .Values.rbac.aggregate }}
    rbac.authorization.k8s.io/aggregate-to-admin: "true"
    {{- end }}
    {{- include "headgate.labels" (list . "") | fromJson | toYaml | nindent 4 }}
rules:
- {apiGroups: [headgate.dev], resources: [canaries, canaries/status, alertproviders, metrictemplates, clustermetrictemplates], verbs: [get, list, watch]}
- {apiGroups: [headgate.dev], resources: [canaries, alertproviders, metrictemplates], verbs: [create, update, patch, delete, deletecollection]}
- {apiGroups: [headgate.dev], resources: [canaries], verbs: [promote]}
- {apiGroups: [headgate.dev], resources: [canaries], verbs: [approve]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: headgate-admin
  labels:
    {{- if .Values.rbac.aggregate }}
    rbac.authorization.k8s.io/aggregate-to-admin: "true"
    {{- end }}
    {{- include "headgate.labels" (list . "") | fromJson | toYaml | nindent 4 }}
rules:
- {apiGroups: [headgate.dev], resources: [canaries, canaries/status, alertproviders, metrictemplates, clustermetrictemplates], verbs: [get, list, watch]}
- {apiGroups: [headgate.dev], resources: [canaries, alertproviders, metrictemplates], verbs: [create, update, patch, delete, deletecollection]}
- {apiGroups: [headgate.dev], resources: [canaries], verbs: [promote]}
- {apiGroups: [headgate.dev], resources: [canaries], verbs: [approve]}
- {apiGroups: [headgate.dev], resources: [canaries], verbs: [bypass]}
{{- end -}}
