"""Decides how Reflex builds and serves: our app module, no telemetry, one build for any host and
port. Everything that differs between installations comes from the environment, never from the
build."""

import os

import reflex as rx

from backoffice.front_end import ClientPiecesPlugin, SameOriginPlugin

config = rx.Config(
    app_name="munim",
    app_module_import="backoffice.app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    # the host name that the client replaces by the page's own; the plugin does the port
    api_url="http://localhost:8000",
    deploy_url=None,
    # nobody else: our own gate compares Origin with the host that was asked, whatever its name
    cors_allowed_origins=[],
    redis_url=os.environ.get("REFLEX_REDIS_URL") or os.environ.get("REDIS_URL"),
    default_color_mode="system",
    frontend_compression_formats=["gzip"],
    trusted_proxy_hops=int(os.environ.get("MUNIM_PROXY_HOPS", "0")),
    plugins=[SameOriginPlugin(), ClientPiecesPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
