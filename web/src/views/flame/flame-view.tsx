import { foldedStacks } from '@probepad/protocol/views/flame-tree';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { FlameGraph } from '../../session/flame.ts';
import { theDecoder } from '../../session/session.ts';
import { Empty } from '../../ui/empty.tsx';
import { toast } from '../../ui/toast.tsx';
import { amountText, changeText } from '../amount.ts';
import type { Downloads } from '../download-menu.tsx';
import { percentText } from '../numbers.ts';
import type { ViewProps } from '../view-props.ts';
import { ComparisonMissing } from './comparison-missing.tsx';
import { changeAt, type FlameScene, shareOf } from './draw-flame.ts';
import styles from './flame.module.css';
import { FlameCanvas } from './flame-canvas.tsx';
import { flameColours } from './flame-colours.ts';
import { FlameCrumbs } from './flame-crumbs.tsx';
import {
  childrenOf,
  indexTree,
  matched,
  nodeAt,
  pathOf,
  type Step,
  stepFrom,
  widestHit,
} from './flame-layout.ts';
import { type FlameDrawing, flamePicture } from './flame-picture.ts';
import { choicesOf, comparedWords, missingWords } from './flame-settings.ts';
import { type FlameLook, FlameTools } from './flame-tools.tsx';
import { FunctionTable } from './function-table.tsx';
import { exportOfFunctions } from './functions.ts';
import { queryOf, useFlame } from './use-flame.ts';

const AT_FIRST: FlameLook = { search: '', asTable: false };

/** Stacks of a source as a flame graph, in the time that the axis shows. */
export function FlameView({
  source,
  live,
  hosts,
  options,
  onOptions,
  empty,
}: Omit<ViewProps<'flame'>, 'view'>) {
  const [look, setLook] = useState(AT_FIRST);
  const [zoom, setZoom] = useState<readonly string[]>([]);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [pointed, setPointed] = useState<{ node: number; x: number; y: number; of: FlameGraph }>();
  const [kept, setKept] = useState(0);
  const searchField = useRef<HTMLInputElement>(null);
  const view = useRef<HTMLDivElement>(null);
  const question = { search: look.search, ...choicesOf(options, hosts) };
  const than = comparedWords(options);
  const rising = options.grows === 'up';
  const graph = useFlame(source, question, live, kept);
  const index = useMemo(() => graph && indexTree(graph.tree), [graph]);
  const keyOf = useMemo(() => frameKeys(graph), [graph]);

  const scene = useMemo((): FlameScene | undefined => {
    if (!graph || !index) return undefined;
    const zoomed = nodeAt(index, zoom, keyOf);
    const selected = nodeAt(index, chosen, keyOf);
    const hovered = pointed?.of === graph ? pointed.node : undefined;
    return { graph, index, zoomed, selected, hovered, rising, than };
  }, [graph, index, keyOf, zoom, chosen, pointed, rising, than]);

  if (!scene || !graph || !index) return <Empty title="Reading stacks…" />;
  const total = graph.tree.totals[0] ?? 0;
  const change = (part: Partial<FlameLook>): void => setLook((before) => ({ ...before, ...part }));
  const zoomTo = (node: number): void => {
    setZoom(pathOf(index, node, keyOf));
    setChosen(pathOf(index, node, keyOf));
  };
  const leaveSearch = (isFound: boolean): void => {
    const hit = isFound && graph.hits ? widestHit(index, graph.hits) : undefined;
    if (hit !== undefined) setChosen(pathOf(index, hit, keyOf));
    view.current?.querySelector<HTMLElement>('[role="application"]')?.focus();
  };
  const keep = (): void => {
    theDecoder().keepFlame(queryOf(source, { ...question, compare: undefined }));
    setKept(kept + 1);
    toast({
      text: 'Kept as baseline, until this page is closed or loaded anew: compare another moment, or a later run, with it',
    });
  };
  const pressed = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const step = stepOf(event.key, rising);
    if (step) {
      setChosen(pathOf(index, stepFrom(index, scene.selected, step), keyOf));
      return true;
    }
    switch (event.key) {
      case 'Enter':
        zoomTo(scene.selected);
        return true;
      case 'Escape':
      case 'Backspace':
        if (scene.zoomed === 0) return false;
        zoomTo(Math.max(0, index.tree.parents[scene.zoomed] as number));
        return true;
      case 'Home':
        zoomTo(0);
        return true;
      case '/':
        searchField.current?.focus();
        return true;
      default:
        return false;
    }
  };

  return (
    <div ref={view} className={styles.view} data-testid="flame">
      <FlameTools
        source={source.source}
        graph={graph}
        hosts={hosts}
        look={look}
        options={options}
        share={graph.hits && matched(index, graph.hits) / (total || 1)}
        searchField={searchField}
        downloads={downloadsOf(source.source, scene)}
        onLook={change}
        onOptions={onOptions}
        onKeep={keep}
        onLeaveSearch={leaveSearch}
      />
      <ComparisonMissing
        text={missingWords(graph, options)}
        onKeep={options.against === 'baseline' && total > 0 ? keep : undefined}
        onLeave={() => onOptions({ against: undefined, other: undefined })}
      />
      {total === 0 && !graph.tree.before ? (
        (graph.kept && <Empty title="Nothing was seen in the time that is shown" />) || empty
      ) : look.asTable ? (
        <FunctionTable
          graph={graph}
          index={index}
          onAll={() => change({ search: '' })}
          label={`Functions of ${source.source}`}
          onFunction={(name) => change({ search: name, asTable: false })}
        />
      ) : (
        <>
          <FlameCrumbs scene={scene} onZoom={zoomTo} />
          <FlameCanvas
            scene={scene}
            label={`Flame graph of ${source.source}: arrows walk, Enter zooms, Backspace zooms out, slash searches`}
            spoken={wordsOf(scene, scene.selected)}
            onHover={(node, x, y) => setPointed(node === undefined ? undefined : { node, x, y, of: graph })}
            onPick={zoomTo}
            onKey={pressed}
          />
          {pointed && scene.hovered !== undefined && (
            <div
              className={styles.tip}
              style={{
                ...(pointed.x < (view.current?.clientWidth ?? 0) / 2
                  ? { left: pointed.x + 14 }
                  : { right: (view.current?.clientWidth ?? 0) - pointed.x + 8 }),
                ...(pointed.y < (view.current?.clientHeight ?? 0) / 2
                  ? { top: pointed.y + 70 }
                  : { bottom: (view.current?.clientHeight ?? 0) - pointed.y - 40 }),
              }}
              data-testid="flame-tip"
            >
              <FrameFacts scene={scene} node={scene.hovered} />
            </div>
          )}
        </>
      )}
    </div>
  );
}

function downloadsOf(source: string, scene: FlameScene): Downloads {
  const { graph, index } = scene;
  if (graph.tree.parents.length < 2) return {};
  const { unit, weight } = graph;
  return {
    stacks: () => ({ name: source, unit, weight, stacks: [...foldedStacks(graph.tree, graph.names)] }),
    collect: () => exportOfFunctions(index, graph.names),
    picture: () => flamePicture(scene satisfies FlameDrawing, titleOf(source, scene), flameColours()),
  };
}

function titleOf(source: string, { graph, index, than }: FlameScene): string {
  const found = graph.hits && percentText(matched(index, graph.hits) / (index.tree.totals[0] || 1));
  return [
    `${source}: ${amountWords(graph.tree.totals[0] ?? 0, graph.unit)}`,
    ...(index.tree.before ? [`compared with what was ${than}`] : []),
    ...(found === undefined ? [] : [`${found} matched`]),
  ].join(', ');
}

function amountWords(value: number, unit: string): string {
  return unit === 'count' ? `${amountText(value, unit)} samples` : amountText(value, unit);
}

function frameKeys(graph: FlameGraph | undefined): (frame: number) => string {
  return (frame) => {
    const name = graph?.names[frame];
    return name ? `${name.space}\n${name.text}\n${name.object ?? ''}` : '';
  };
}

function stepOf(key: string, rising: boolean): Step | undefined {
  switch (key) {
    case 'ArrowDown':
      return rising ? 'parent' : 'child';
    case 'ArrowUp':
      return rising ? 'child' : 'parent';
    case 'ArrowLeft':
      return 'previous';
    case 'ArrowRight':
      return 'next';
    default:
      return undefined;
  }
}

/** Name, place, and numbers of a frame, line by line. */
function factsOf(scene: FlameScene, node: number): string[] {
  const { graph, index } = scene;
  const { tree } = index;
  const frame = graph.names[tree.frames[node] as number];
  const all = tree.totals[0] || 1;
  const total = tree.totals[node] as number;
  const self = index.selves[node] as number;
  const change = changeAt(scene, node);
  const amount = (value: number): string => amountWords(value, graph.unit);
  return [
    frame?.text ?? 'all',
    ...(frame && frame.space !== 'note'
      ? [[frame.space === 'kernel' ? 'kernel' : 'user space', frame.object].filter(Boolean).join(' · ')]
      : []),
    ...(frame && !frame.known ? ['its function has no name that the host knows, or not yet'] : []),
    `${amount(total)} · ${percentText(shareOf(scene, node))} of all`,
    `itself ${amount(self)} · ${percentText(self / all)}`,
    ...(change === undefined
      ? []
      : [
          `${scene.than} ${percentText((tree.before?.[node] ?? 0) / (tree.before?.[0] || 1))} of all · ${changeText(change)}`,
        ]),
  ];
}

function FrameFacts({ scene, node }: { scene: FlameScene; node: number }) {
  const [name, ...others] = factsOf(scene, node);
  return (
    <>
      <strong>{name}</strong>
      {others.map((each) => (
        <span key={each}>{each}</span>
      ))}
    </>
  );
}

function wordsOf(scene: FlameScene, node: number): string {
  const { index } = scene;
  const called = childrenOf(index, node).length;
  return [
    ...factsOf(scene, node),
    `level ${index.depths[node]}`,
    `${called} ${called === 1 ? 'function' : 'functions'} called`,
  ].join(', ');
}
