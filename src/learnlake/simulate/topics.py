"""The technologies of the invented platforms: whose trade they are and how people write them."""

from dataclasses import dataclass

LEVELS = ("junior", "intermediate", "senior")


@dataclass(frozen=True)
class Topic:
    """One technology.

    Attributes:
        tag: how items and interests name it.
        name: how people write it in a text.
        profession: whose trade it is.
        weight: how sought after it is beside the others of its profession.
    """

    tag: str
    name: str
    profession: str
    weight: float


TOPICS = (
    Topic("python", "Python", "development", 3.0),
    Topic("java", "Java", "development", 2.5),
    Topic("javascript", "JavaScript", "development", 2.5),
    Topic("go", "Go", "development", 1.5),
    Topic("sql", "SQL", "development", 1.5),
    Topic("typescript", "TypeScript", "development", 1.2),
    Topic("react", "React", "development", 1.2),
    Topic("spark", "Apache Spark", "development", 1.0),
    Topic("rust", "Rust", "development", 0.8),
    Topic("linux", "Linux", "operations", 2.0),
    Topic("docker", "Docker", "operations", 2.0),
    Topic("kubernetes", "Kubernetes", "operations", 1.5),
    Topic("terraform", "Terraform", "operations", 1.0),
    Topic("prometheus", "Prometheus", "operations", 0.8),
    Topic("pytest", "pytest", "testing", 1.5),
    Topic("selenium", "Selenium", "testing", 1.5),
    Topic("jmeter", "JMeter", "testing", 1.0),
    Topic("figma", "Figma", "design", 2.0),
    Topic("prototyping", "prototyping", "design", 1.0),
    Topic("design-systems", "design systems", "design", 1.0),
)
PROFESSIONS = ("development", "operations", "testing", "design")


def of_profession(profession: str) -> tuple[Topic, ...]:
    """List the technologies of one profession, the most sought after first."""
    return tuple(topic for topic in TOPICS if topic.profession == profession)
