/** A value as Grafana writes it, for the units that the dashboards have. */
export function formatted(value: number, unit: string): string {
  if (unit === 'bool_yes_no') return value === 0 ? 'no' : 'yes';
  if (unit === 'percentunit') return `${short(value * 100)}%`;
  if (unit === 'percent') return `${short(value)}%`;
  if (unit === 'bytes') return scaled(value, 1_024, ['B', 'KiB', 'MiB', 'GiB']);
  if (unit === 'ms') return value < 1_000 ? `${short(value)} ms` : `${short(value / 1_000)} s`;
  if (unit === 's') return seconds(value);
  if (unit === 'reqps' || unit === 'ops') return `${short(value)}/s`;
  return short(value);
}

function seconds(value: number): string {
  if (value >= 86_400) return `${short(value / 86_400)} d`;
  if (value >= 3_600) return `${short(value / 3_600)} h`;
  if (value >= 60) return `${short(value / 60)} min`;
  return value > 0 && value < 1 ? `${short(value * 1_000)} ms` : `${short(value)} s`;
}

function scaled(value: number, base: number, names: readonly string[]): string {
  const power = Math.min(Math.max(Math.floor(Math.log(Math.max(value, 1)) / Math.log(base)), 0), names.length - 1);
  return `${short(value / base ** power)} ${names[power] ?? ''}`;
}

/** Three digits that count. */
const short = (value: number): string => String(Number(value.toPrecision(3)));
