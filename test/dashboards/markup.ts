/** Text within HTML. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

export const STYLE = `
body { margin: 0; background: #111217; color: #ccccdc; font: 13px 'DejaVu Sans', sans-serif; }
h1 { font-size: 17px; font-weight: normal; margin: 0; padding: 12px 14px 4px; }
.panel { position: absolute; background: #181b1f; border: 1px solid #25282e; border-radius: 3px; overflow: hidden; }
.panel h2 { font-size: 13px; font-weight: normal; margin: 7px 10px 2px; }
.row { position: absolute; font-size: 14px; padding: 6px 4px; }
.value { text-align: center; font-size: 30px; color: #73bf69; margin-top: 14px; }
.legend { padding: 0 10px; font-size: 11px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.legend i { display: inline-block; width: 12px; height: 3px; vertical-align: middle; margin-right: 4px; }
.legend span { margin-right: 10px; }
.grid { stroke: #2b2e34; } .axis { fill: #8e8e99; font-size: 10px; } .line { fill: none; stroke-width: 1.6; }
.moment { stroke-dasharray: 3 3; } .none { fill: #8e8e99; text-anchor: middle; }
`;
