import { Background, MiniMap, Panel, ReactFlow, ReactFlowProvider, useReactFlow, type Connection, type FinalConnectionState, type NodeChange } from "@xyflow/react";
import { Maximize, Minus, Plus } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState, type ClipboardEvent, type KeyboardEvent, type MouseEvent } from "react";
import { keysOn } from "@/app/keys";
import { Button, IconButton } from "@/ui/button";
import type { Actions } from "./actions";
import { SNAP, WIDTH } from "./arrange";
import "./canvas.css";
import { nodeOf, type Place } from "./document";
import { createDrawing, type DrawnNode, type Over, type Wanted } from "./drawing";
import { neighbour, wireAt, type Port, type Way } from "./graph";
import { portsOf } from "./kinds";
import { AddAt, NodeView } from "./node-view";
import { StepPalette } from "./palette";
import { beginning, fits, isNarrow } from "./sight";
import { useEditing, type Store } from "./store";

interface Props {
  store: Store;
  actions: Actions;
  over: Over;
  edits: boolean;
  wanted: Wanted | null;
  onInspect: () => void;
}

const TYPES = { step: NodeView };
const FIT = { padding: 0.1, maxZoom: 1 };
const ARROWS: Record<string, Way> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
const NUDGE = 3 * SNAP;
const NONE: never[] = [];

interface Asked {
  x: number;
  y: number;
  from?: Port;
  place?: Place;
}

/** The flow drawn: by mouse and by keys. */
export function Canvas(props: Props) {
  return (
    <ReactFlowProvider>
      <Drawing {...props} />
    </ReactFlowProvider>
  );
}

function Drawing({ store, actions, over, edits, wanted, onInspect }: Props) {
  const document = useEditing(store, (editing) => editing.document);
  const selected = useEditing(store, (editing) => editing.selected);
  const frame = useRef<HTMLDivElement>(null);
  const drawing = useRef(createDrawing());
  const first = useRef({ document, id: selected[0] });
  const [asked, setAsked] = useState<Asked | null>(null);
  /** The frame in which a node will be focused. */
  const coming = useRef(0);
  const ask = useCallback((next: Asked) => {
    cancelAnimationFrame(coming.current); // the palette has the keyboard now
    setAsked(next);
  }, []);
  const [wire, setWire] = useState<string | null>(null);
  const flow = useReactFlow();
  const nodes = useMemo(() => drawing.current.nodes(document, selected, over, edits), [document, selected, over, edits]);
  const edges = useMemo(() => drawing.current.edges(document, wire, over), [document, wire, over]);
  const [small] = useState(() => fits(document));

  const show = useCallback(
    (id: string, focus = true) => {
      const place = store.get().document.layout[id];
      const box = frame.current?.getBoundingClientRect();
      if (place && box) {
        const { x, y } = flow.flowToScreenPosition(place);
        const { zoom } = flow.getViewport();
        if (x < box.left || y < box.top || x + WIDTH * zoom > box.right || y + 120 * zoom > box.bottom) void flow.setCenter(place.x + WIDTH / 2, place.y + 60, { zoom: Math.max(zoom, 0.8) });
      }
      // The node exists once it is in view.
      cancelAnimationFrame(coming.current);
      if (!focus) return;
      coming.current = requestAnimationFrame(() => {
        coming.current = requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true }));
      });
    },
    [flow, store],
  );
  useEffect(() => {
    if (wanted) show(wanted.id, wanted.focus);
  }, [wanted, show]);

  const onNodesChange = useCallback(
    (changes: NodeChange<DrawnNode>[]) => {
      const places: Record<string, Place> = {};
      let chosen: Set<string> | undefined;
      for (const change of changes) {
        if (change.type === "position" && change.position) places[change.id] = change.position;
        if (change.type === "select") {
          chosen ??= new Set(store.get().selected);
          if (change.selected) chosen.add(change.id);
          else chosen.delete(change.id);
        }
      }
      if (Object.keys(places).length > 0) actions.move(places);
      if (chosen) {
        store.select([...chosen]);
        if (chosen.size > 0) setWire(null);
      }
    },
    [actions, store],
  );
  const onConnect = useCallback(({ source, sourceHandle, target }: Connection) => sourceHandle && actions.lead({ source, port: sourceHandle }, target), [actions]);
  const onConnectEnd = useCallback(
    (event: globalThis.MouseEvent | TouchEvent, state: FinalConnectionState) => {
      const { fromNode, fromHandle, toNode } = state;
      if (toNode || !fromNode || fromHandle?.type !== "source" || !fromHandle.id) return;
      const { clientX, clientY } = "changedTouches" in event ? event.changedTouches[0]! : event;
      const under = window.document.elementFromPoint(clientX, clientY)?.closest<HTMLElement>(".react-flow__node")?.dataset["id"];
      if (under) return actions.lead({ source: fromNode.id, port: fromHandle.id }, under); // anywhere on a node is on its way in
      const at = flow.screenToFlowPosition({ x: clientX, y: clientY });
      ask({ x: clientX, y: clientY, from: { source: fromNode.id, port: fromHandle.id }, place: { x: at.x, y: at.y - 20 } });
    },
    [actions, ask, flow],
  );
  const addAt = useCallback((source: string, port: string, beside: HTMLElement) => {
    const { right, top } = beside.getBoundingClientRect();
    ask({ x: right + 8, y: top, from: { source, port } });
  }, [ask]);
  const onDoubleClick = (event: MouseEvent) => {
    if (!edits || !(event.target as Element).classList.contains("react-flow__pane")) return;
    ask({ x: event.clientX, y: event.clientY, place: flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }) });
  };

  /** The palette for a node: at its first port that leads nowhere, else between it and what follows. */
  const askAfter = (id: string) => {
    const node = nodeOf(document, id);
    const element = frame.current?.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
    if (!node || !element) return;
    const { right, top } = element.getBoundingClientRect();
    const ports = portsOf(node);
    const port = ports.find((one) => !wireAt(document, { source: id, port: one })) ?? ports[0];
    ask({ x: right + 8, y: top, ...(port && { from: { source: id, port } }) });
  };
  const chosen = (id: string) => {
    setAsked(null);
    show(id);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (target.closest("input,textarea,select,[role=dialog]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const id = selected[0] ?? document.start;
    const onNode = target.closest(".react-flow__node") !== null || target === frame.current;
    const done = () => event.preventDefault();
    const way = ARROWS[event.key];
    if (way && onNode) {
      done();
      if (event.shiftKey && edits) return actions.nudge(selected, { x: way === "left" ? -NUDGE : way === "right" ? NUDGE : 0, y: way === "up" ? -NUDGE : way === "down" ? NUDGE : 0 });
      const next = selected.length === 0 ? id : neighbour(document, id, way);
      if (next) {
        store.select([next]);
        show(next);
      }
      return;
    }
    if (event.key === "Enter" && onNode) {
      done();
      store.select([id]);
      return onInspect();
    }
    if (event.key === "Escape") return store.select([]);
    if (!edits) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      done();
      const cut = wire === null ? undefined : document.edges.find((one) => `${one.source} ${one.port}` === wire);
      if (cut) {
        setWire(null);
        return actions.cut(cut);
      }
      const left = selected.length > 0 ? actions.remove(selected) : undefined;
      if (left) show(left);
      return;
    }
    if (event.key === "Tab" && !event.shiftKey && onNode && selected.length > 0) {
      done();
      return askAfter(id);
    }
    if (!keysOn()) return;
    if (event.key === "d") actions.duplicate(selected);
    if (event.key === "1") void flow.fitView(FIT);
  };
  const onCopy = (event: ClipboardEvent) => {
    if (selected.length === 0 || (event.target as Element).closest("input,textarea")) return;
    event.clipboardData.setData("text/plain", actions.copy(selected));
    event.preventDefault();
  };
  const onPaste = (event: ClipboardEvent) => {
    if (edits && !(event.target as Element).closest("input,textarea") && actions.paste(event.clipboardData.getData("text/plain"))) event.preventDefault();
  };

  return (
    // oxlint-disable-next-line jsx_a11y/no-static-element-interactions -- the keys of the canvas
    <div ref={frame} className="relative min-h-0 flex-1 bg-bg" onKeyDown={onKeyDown} onDoubleClick={onDoubleClick} onCopy={onCopy} onPaste={onPaste}>
      <AddAt value={addAt}>
        <ReactFlow
          aria-label="Canvas"
          nodes={nodes}
          edges={edges}
          nodeTypes={TYPES}
          onNodesChange={onNodesChange}
          onConnect={onConnect}
          onConnectEnd={onConnectEnd}
          onEdgeClick={(_, edge) => {
            store.select(NONE);
            setWire(edge.id);
          }}
          onNodeDoubleClick={onInspect}
          onPaneClick={() => setWire(null)}
          nodesDraggable={edits}
          nodesConnectable={edits}
          edgesFocusable={false}
          disableKeyboardA11y
          onlyRenderVisibleElements
          deleteKeyCode={null}
          zoomOnDoubleClick={false}
          snapToGrid
          snapGrid={[SNAP, SNAP]}
          minZoom={0.1}
          maxZoom={1.6}
          fitView={small}
          fitViewOptions={FIT}
          defaultViewport={small ? undefined : beginning(first.current.document, first.current.id)}
        >
          <Background gap={16} size={1} color="var(--line-strong)" style={{ opacity: 0.35 }} />
          {!small && !isNarrow() && <MiniMap pannable zoomable ariaLabel="Overview of the flow" style={{ width: 160, height: 110 }} />}
          <Panel position="bottom-left" className="flex rounded-md border border-line bg-panel">
            <IconButton label="Nearer" onClick={() => void flow.zoomIn()}>
              <Plus size={15} aria-hidden />
            </IconButton>
            <IconButton label="Further away" onClick={() => void flow.zoomOut()}>
              <Minus size={15} aria-hidden />
            </IconButton>
            <IconButton label="Show all of it (1)" onClick={() => void flow.fitView(FIT)}>
              <Maximize size={15} aria-hidden />
            </IconButton>
          </Panel>
          {edits && (
            <Panel position="top-left">
              <Button onClick={(event) => ask({ x: event.currentTarget.getBoundingClientRect().left, y: event.currentTarget.getBoundingClientRect().bottom + 4 })}>
                <Plus size={14} aria-hidden /> Step
              </Button>
            </Panel>
          )}
        </ReactFlow>
      </AddAt>
      {asked && (
        <StepPalette
          x={asked.x}
          y={asked.y}
          moves
          others={asked.from ? document.nodes.filter((node) => node.id !== asked.from?.source) : NONE}
          onAdd={(type) => chosen(actions.add(type, asked.from, asked.place))}
          onLead={(id) => {
            if (asked.from) actions.lead(asked.from, id);
            store.select([id]);
            chosen(id);
          }}
          onClose={() => {
            setAsked(null);
            if (asked.from) show(asked.from.source);
          }}
        />
      )}
    </div>
  );
}
