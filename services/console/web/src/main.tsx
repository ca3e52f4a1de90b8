import "./app/theme";
import "./index.css";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queries } from "./api/client";
import { Door } from "./app/door";
import { router } from "./routes";
import { Toasts } from "./ui/toast"; // not later than the pages: what is said before it listens is lost

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <Door>
          <RouterProvider router={router} />
        </Door>
        <Toasts />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
