package dev.livebridge;

import dev.livebridge.bot.Bots;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;

/**
 * Gives each bot that has queues of its own its own consumers: each route that reads a shared in-queue is there once more for
 * the bot's, with the bot's name behind its id ({@code send-message-sales}). So one bot's outage stops nobody else, and the
 * YAML says once what happens. A saved file of routes replaces the copies with the route.
 */
final class BotRoutes implements RouteBuilderLifecycleStrategy {
    private final Bots bots;
    private final CamelContext context;

    BotRoutes(Bots bots, CamelContext context) {
        this.bots = bots;
        this.context = context;
    }

    @Override
    public void afterConfigure(RouteBuilder builder) {
        List<RouteDefinition> routes = builder.getRouteCollection().getRoutes();
        for (RouteDefinition route : new ArrayList<>(routes)) {
            String uri = context.resolvePropertyPlaceholders(route.getInput().getEndpointUri());
            for (Bots.InQueue shared : bots.queues()) {
                if (shared.owner() == null && reads(uri, shared.readFrom())) {
                    bots.queues().stream()
                            .filter(queue -> queue.owner() != null && queue.messages() == shared.messages())
                            .map(queue -> copy(
                                    route,
                                    uri.replaceFirst(
                                            Pattern.quote(shared.readFrom()),
                                            Matcher.quoteReplacement(queue.readFrom())),
                                    queue))
                            .forEach(routes::add);
                }
            }
        }
    }

    private static boolean reads(String uri, String queue) {
        return uri.matches("jms:(queue:)?" + Pattern.quote(queue) + "(\\?.*)?");
    }

    private static RouteDefinition copy(RouteDefinition route, String uri, Bots.InQueue queue) {
        RouteTemplateDefinition template = new RouteTemplateDefinition();
        template.setRoute(route);
        RouteDefinition copy = template.asRouteDefinition();
        copy.setTemplate(false);
        copy.setId(route.getRouteId() + "-" + queue.owner().name());
        // an id is one step's only, over all routes; Camel's prefix counts where all routes have one, and an id that is
        // set by setId goes to another step where it is a choice's
        copy.setNodePrefixId(null);
        ProcessorDefinitionHelper.filterTypeInOutputs(copy.getOutputs(), ProcessorDefinition.class)
                .forEach(step ->
                        step.setGeneratedId(step.getId() + "-" + queue.owner().name()));
        copy.setDescription(
                route.getDescriptionText() + ", for bot " + queue.owner().name());
        copy.getInput().setUri(uri);
        copy.setResource(route.getResource());
        return copy;
    }
}
