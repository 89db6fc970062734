/** The names under which Headgate keeps its words on Kubernetes objects. */
export const PREFIX = 'headgate.dev/';

/** Opt-in, on a Deployment: `"true"` (settings in further annotations) or `canary/<name>` (settings in that Canary). */
export const CANARY = `${PREFIX}canary`;
/** The closed gate, on a Deployment: JSON, see hold.ts. Headgate's alone. */
export const HELD = `${PREFIX}held`;
/** On a Deployment from the lift of a hold until its native roll-out is done: JSON `{from, to}` of revisions. Headgate's alone. */
export const ROLLING = `${PREFIX}rolling`;
/** Break-glass, on a Deployment: a reason, in force from the request after the one that wrote it; see bypass.ts. */
export const BYPASS = `${PREFIX}bypass`;
/** User name of who wrote the bypass that stands there. Headgate's alone, as the next two. */
export const BYPASS_BY = `${PREFIX}bypass-by`;
/** When the bypass that stands there began, RFC 3339. */
export const BYPASS_AT = `${PREFIX}bypass-at`;
/** The texts of bypasses that were removed, the newest first, a line each: they never count again. */
export const BYPASS_SPENT = `${PREFIX}bypass-spent`;
/** Label by which watches find enrolled Deployments. Headgate's alone. */
export const ENROLLED = `${PREFIX}enrolled`;
/** Mark on a Deployment whose opt-in Headgate wrote, for a Canary that names it; it goes with that Canary. Headgate's alone. */
export const ENROLLED_BY = `${PREFIX}enrolled-by`;
/** Label of everything that Headgate generates; its value is what the object is for. */
export const ROLE = `${PREFIX}role`;
/** On a route that a user wrote: the Deployments whose weights it holds, JSON, see traffic/istio/adoption.ts. Headgate's alone. */
export const ADOPTED_FOR = `${PREFIX}adopted-for`;
/** On a route, for a moment: a mark by which older writes of its weights fail, see machine/fence.ts. Headgate's alone. */
export const FENCE = `${PREFIX}fence`;
/** On a pod template: which snapshot stands for which ConfigMap or Secret, see pins/pins.ts. Part of the revision. Headgate's alone. */
export const CONFIG = `${PREFIX}config`;
/** On a snapshot: the object that it is a copy of, and the state of that at which it was copied, see pins/snapshot.ts. */
export const SNAPSHOT_OF = `${PREFIX}snapshot-of`;
/** On a ConfigMap or Secret: `disabled` keeps its changes from being released. */
export const CONFIG_TRACKING = `${PREFIX}config-tracking`;
/** On a canary Deployment: the revision of the template that it runs. */
export const REVISION = `${PREFIX}revision`;
/** On a canary Deployment: who asked for the revision. */
export const REQUESTED_BY = `${PREFIX}requested-by`;
/** A command, on a Canary: JSON, see command-annotation.ts. */
export const COMMAND = `${PREFIX}command`;
/** User name of who wrote the command, on a Canary. Headgate's alone. */
export const COMMAND_BY = `${PREFIX}command-by`;

/** What `kubectl rollout restart` writes into a pod template: a restart, not a release. */
export const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
/** What `kubectl apply` notes of the file that it was given: a later one takes away what that had and it has not. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** What the Deployment controller adds to the pod template of a ReplicaSet. */
export const POD_TEMPLATE_HASH = 'pod-template-hash';

export const API_GROUP = 'headgate.dev';
export const API_VERSION = `${API_GROUP}/v1`;
export const CANARY_SUFFIX = '-canary';
