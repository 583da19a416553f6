import type { ReactElement } from 'react';

/** Drawn on a 16 px grid with 1.4 px strokes; one look for the whole app, no font and no request. */
const SHAPES = {
  play: <path d="M4.5 3v10l8-5z" fill="currentColor" stroke="none" />,
  stop: <rect x="3.5" y="3.5" width="9" height="9" rx="1" fill="currentColor" stroke="none" />,
  pause: (
    <g fill="currentColor" stroke="none">
      <rect x="4" y="3" width="3" height="10" rx=".6" />
      <rect x="9" y="3" width="3" height="10" rx=".6" />
    </g>
  ),
  templates: (
    <g>
      <path d="M5.5 2.5h8v8h-8z" />
      <path d="M10.5 10.5v3h-8v-8h3" />
    </g>
  ),
  hosts: (
    <g>
      <rect x="2" y="2.5" width="12" height="4.5" rx="1" />
      <rect x="2" y="9" width="12" height="4.5" rx="1" />
      <path d="M4.5 4.75h.01M4.5 11.25h.01M7.5 4.75h4M7.5 11.25h4" />
    </g>
  ),
  params: (
    <g>
      <path d="M2 4.5h5M11 4.5h3M2 11.5h3M9 11.5h5" />
      <circle cx="9" cy="4.5" r="1.8" />
      <circle cx="7" cy="11.5" r="1.8" />
    </g>
  ),
  save: <path d="M3 2.5h8l2.5 2.5v8.5H3zM5.5 2.5v4h5v-4M5.5 13.5v-4h5v4" />,
  share: (
    <g>
      <circle cx="12" cy="3.8" r="1.8" />
      <circle cx="4" cy="8" r="1.8" />
      <circle cx="12" cy="12.2" r="1.8" />
      <path d="M5.6 7.2l4.8-2.6M5.6 8.8l4.8 2.6" />
    </g>
  ),
  copy: (
    <g>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1" />
      <path d="M10.5 5.5v-3h-8v8h3" />
    </g>
  ),
  check: <path d="M3 8.5l3.2 3.2L13 4.5" />,
  close: <path d="M4 4l8 8M12 4l-8 8" />,
  plus: <path d="M8 3v10M3 8h10" />,
  error: (
    <g>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4" />
    </g>
  ),
  warning: <path d="M8 2.2L14.2 13H1.8zM8 6.2v3.4M8 11.3v.1" />,
  info: (
    <g>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 7.4v3.6M8 5v.1" />
    </g>
  ),
  chevron: <path d="M6 3.5L10.5 8 6 12.5" />,
  down: <path d="M3.5 6L8 10.5 12.5 6" />,
  up: <path d="M3.5 10L8 5.5l4.5 4.5" />,
  table: <path d="M2 3h12v10H2zM2 6.3h12M2 9.6h12M6 6.3V13" />,
  chart: <path d="M2.5 2.5v11h11M4.8 10.5l2.7-3.4 2.4 2 3.3-4.6" />,
  bars: <path d="M3 13.5v-4M6.4 13.5V6M9.7 13.5V3M13 13.5V8" strokeWidth="2" />,
  clock: <path d="M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 4.8V8l2.2 1.6" />,
  columns: <path d="M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10" />,
  group: <path d="M2.5 3.5h11M5.5 7h8M5.5 10h8M2.5 7v6h11" />,
  more: <path d="M8 4h.1M8 8h.1M8 12h.1" strokeWidth="2" />,
  pin: <path d="M6 2.5h4M7 2.5v4L4.5 9.5h7L9 6.5v-4M8 9.5v4" />,
  heatmap: (
    <g fill="currentColor" stroke="none">
      <rect x="2" y="3" width="3.4" height="3" opacity=".35" />
      <rect x="6.3" y="3" width="3.4" height="3" opacity=".6" />
      <rect x="10.6" y="3" width="3.4" height="3" opacity=".35" />
      <rect x="2" y="6.7" width="3.4" height="3" opacity=".6" />
      <rect x="6.3" y="6.7" width="3.4" height="3" />
      <rect x="10.6" y="6.7" width="3.4" height="3" />
      <rect x="2" y="10.4" width="3.4" height="3" />
      <rect x="6.3" y="10.4" width="3.4" height="3" opacity=".6" />
      <rect x="10.6" y="10.4" width="3.4" height="3" opacity=".6" />
    </g>
  ),
  top: <path d="M2.5 3.5h11M2.5 8h7M2.5 12.5h4" strokeWidth="2.4" />,
  number: <path d="M3 5.5L5 4v8M9 5.2C9.6 3.6 13 3.7 13 6c0 2-4 3.4-4 6h4.2" />,
  flame: <path d="M2 13h12M3.5 10h9M5 7h4.5M6 4h2" strokeWidth="2" />,
  graph: (
    <g>
      <circle cx="3.5" cy="8" r="1.7" />
      <circle cx="12" cy="3.7" r="1.7" />
      <circle cx="12" cy="12.3" r="1.7" />
      <path d="M5.1 7.2l5.2-2.7M5.1 8.8l5.2 2.7" />
    </g>
  ),
  grid: <path d="M2.5 3h4.7v4.3H2.5zM8.8 3h4.7v4.3H8.8zM2.5 8.9h4.7v4.3H2.5zM8.8 8.9h4.7v4.3H8.8z" />,
  expand: <path d="M9.5 2.5h4v4M13.5 2.5L9.3 6.7M6.5 13.5h-4v-4M2.5 13.5l4.2-4.2" />,
  wide: <path d="M2 4v8M14 4v8M4.5 8h7M6.3 6.2L4.5 8l1.8 1.8M9.7 6.2L11.5 8 9.7 9.8" />,
  left: <path d="M10 3.5L5.5 8l4.5 4.5" />,
  follow: <path d="M3 3v10l6-5zM12.5 3v10" />,
  minus: <path d="M3 8h10" />,
  list: <path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1" />,
  values: (
    <path d="M5 2.5C3 2.5 4.5 8 2.5 8 4.5 8 3 13.5 5 13.5M11 2.5c2 0 .5 5.5 2.5 5.5-2 0-.5 5.5-2.5 5.5" />
  ),
  terminal: <path d="M2 3h12v10H2zM4.5 6l2 2-2 2M8.5 10h3" />,
  sun: (
    <g>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1" />
    </g>
  ),
  moon: <path d="M13.2 9.6A5.8 5.8 0 0 1 6.4 2.8a5.8 5.8 0 1 0 6.8 6.8z" />,
  command: <path d="M2.5 4.5L6 8l-3.5 3.5M8 12h5.5" />,
  layout: <path d="M2 3h12v10H2zM9 3v10" />,
  layoutBottom: <path d="M2 3h12v10H2zM2 9h12" />,
  link: (
    <path d="M6.8 9.2l2.4-2.4M7.5 4.8l1.3-1.3a2.6 2.6 0 0 1 3.7 3.7l-1.3 1.3M8.5 11.2l-1.3 1.3a2.6 2.6 0 0 1-3.7-3.7l1.3-1.3" />
  ),
  lock: <path d="M4 7.5h8v6H4zM5.8 7.5V5.2a2.2 2.2 0 0 1 4.4 0v2.3" />,
  drop: <path d="M8 2.5v8M4.5 7.5L8 11l3.5-3.5M3 13.5h10" />,
  target: (
    <g>
      <circle cx="8" cy="8" r="5" />
      <path d="M8 1.5v3.5M8 11v3.5M1.5 8H5M11 8h3.5" />
    </g>
  ),
  download: <path d="M8 2v7.5M5 6.5l3 3 3-3M2.5 10v3.5h11V10" />,
  trash: <path d="M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9" />,
  open: <path d="M2 13V3.5h4L7.5 5H13v2M2 13l2-6h10.5l-2 6z" />,
  file: <path d="M4 2h5l3 3v9H4zM9 2v3h3" />,
  search: (
    <g>
      <circle cx="7" cy="7" r="4.2" />
      <path d="M10.2 10.2L14 14" />
    </g>
  ),
} satisfies Record<string, ReactElement>;

export type IconName = keyof typeof SHAPES;

/** A decorative 16 px icon: the control that holds it carries the label. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={`${size / 13}rem`}
      height={`${size / 13}rem`}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flex: 'none' }}
    >
      {SHAPES[name]}
    </svg>
  );
}
